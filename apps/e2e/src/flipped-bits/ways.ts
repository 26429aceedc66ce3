import type { Chance } from '../random-kills/chance.ts';
import { fields, recordsOf } from './message-blocks.ts';
import type { MessageBlocks, Span, StoredRecord } from './message-blocks.ts';

/** What was done: the first and the last message whose bytes changed. */
export interface Damage {
  readonly from: number;
  readonly to: number;
}

/** A way in which a disk loses what was written to it; which bytes exactly is a matter of chance. It takes three blocks at least. */
export interface Way {
  readonly name: string;
  readonly damage: (blocks: MessageBlocks, chance: Chance) => Damage;
}

type Which = 'first' | 'middle' | 'last';
type Pick = (records: readonly StoredRecord[], chance: Chance) => StoredRecord;

const pageBytes = 4096;

function numberOf(blocks: MessageBlocks, which: Which): number {
  const { numbers } = blocks;
  const index = { first: 0, middle: Math.floor(numbers.length / 2), last: numbers.length - 1 }[which];
  const number = numbers[index];
  if (number === undefined || numbers.length < 3) throw new Error('the stream needs three blocks');
  return number;
}

const anyOf: Pick = (records, chance) => chance.pick(records);
const firstOf: Pick = (records) => edge(records, 0);
const lastOf: Pick = (records) => edge(records, -1);

function edge(records: readonly StoredRecord[], index: 0 | -1): StoredRecord {
  const record = records.at(index);
  if (record === undefined) throw new Error('the block is empty');
  return record;
}

const whole = (records: readonly StoredRecord[]): Damage => ({ from: edge(records, 0).sequence, to: edge(records, -1).sequence });

function flip(block: Buffer, { start, length }: Span, chance: Chance): void {
  const byte = start + chance.between(0, length - 1);
  block.writeUInt8(block.readUInt8(byte) ^ (1 << chance.between(0, 7)), byte);
}

/** Flips one bit of a part of one message. */
function oneBit(name: string, which: Which, pick: Pick, partOf: (record: StoredRecord) => Span): Way {
  return {
    name,
    damage: (blocks, chance) => {
      const number = numberOf(blocks, which);
      const block = blocks.read(number);
      const record = pick(recordsOf(block), chance);
      flip(block, partOf(record), chance);
      blocks.write(number, block);
      return { from: record.sequence, to: record.sequence };
    },
  };
}

const fieldOf = (field: Span) => ({ start }: StoredRecord): Span => ({ start: start + field.start, length: field.length });

/** Changes a block as a whole; answers what of it has changed. */
function inBlock(name: string, which: Which, change: (block: Buffer, records: readonly StoredRecord[], chance: Chance) => { readonly block: Buffer; readonly damage: Damage }): Way {
  return {
    name,
    damage: (blocks, chance) => {
      const number = numberOf(blocks, which);
      const before = blocks.read(number);
      const { block, damage } = change(before, recordsOf(before), chance);
      blocks.write(number, block);
      return damage;
    },
  };
}

function between(records: readonly StoredRecord[], { start, length }: Span): Damage {
  return whole(records.filter((record) => record.start < start + length && record.start + record.length > start));
}

/** Overwrites one aligned page. */
function page(name: string, which: Which, fill: (chance: Chance) => number): Way {
  return inBlock(name, which, (block, records, chance) => {
    const start = chance.between(0, Math.floor(block.length / pageBytes) - 1) * pageBytes;
    for (let byte = start; byte < start + pageBytes; byte += 1) block.writeUInt8(fill(chance), byte);
    return { block, damage: between(records, { start, length: pageBytes }) };
  });
}

function severalBits(name: string, which: Which, count: number): Way {
  return inBlock(name, which, (block, records, chance) => {
    const hit = Array.from({ length: count }, () => chance.pick(records));
    for (const record of hit) flip(block, record, chance);
    const sequences = hit.map(({ sequence }) => sequence);
    return { block, damage: { from: Math.min(...sequences), to: Math.max(...sequences) } };
  });
}

const cutInside = inBlock('the last block ends in the middle of a message', 'last', (block, records, chance) => {
  const { start, length, sequence } = chance.pick(records);
  return { block: block.subarray(0, start + chance.between(1, length - 1)), damage: { from: sequence, to: edge(records, -1).sequence } };
});

const cutBetween = inBlock('the last block ends before its last messages', 'last', (block, records, chance) => {
  const { start, sequence } = chance.pick(records.slice(-20));
  return { block: block.subarray(0, start), damage: { from: sequence, to: edge(records, -1).sequence } };
});

const emptied = inBlock('a block in the middle is empty', 'middle', (_block, records) => ({ block: Buffer.alloc(0), damage: whole(records) }));

const leftOut = inBlock('a message is gone from a block, and those behind it moved up', 'middle', (block, records, chance) => {
  const { start, length, sequence } = chance.pick(records.slice(1, -1));
  return { block: Buffer.concat([block.subarray(0, start), block.subarray(start + length)]), damage: { from: sequence, to: sequence } };
});

function removed(name: string, which: Which): Way {
  return {
    name,
    damage: (blocks) => {
      const number = numberOf(blocks, which);
      const damage = whole(recordsOf(blocks.read(number)));
      blocks.remove(number);
      return damage;
    },
  };
}

/** Twenty ways, so that every part of a message, every place of a block and every place of the stream is hit by one. */
export const ways: readonly Way[] = [
  oneBit('a bit of the very first message', 'first', firstOf, ({ body }) => body),
  oneBit('a bit of a body in the first block', 'first', anyOf, ({ body }) => body),
  oneBit('a bit of a body in the middle', 'middle', anyOf, ({ body }) => body),
  oneBit('a bit of the very last message', 'last', lastOf, ({ body }) => body),
  oneBit('a bit of a subject', 'middle', anyOf, ({ subject }) => subject),
  oneBit('a bit of the headers', 'middle', anyOf, ({ headers }) => headers),
  oneBit('a bit of a sequence', 'middle', anyOf, fieldOf(fields.sequence)),
  oneBit('a bit of a time', 'first', anyOf, fieldOf(fields.time)),
  oneBit('a bit of a length in the first block', 'first', anyOf, fieldOf(fields.length)),
  oneBit('a bit of a length in the last block', 'last', anyOf, fieldOf(fields.length)),
  oneBit('a bit of the length of a subject', 'middle', anyOf, fieldOf(fields.subjectLength)),
  oneBit('a bit of a checksum', 'first', anyOf, ({ checksum }) => checksum),
  oneBit('a bit of the checksum of the last message', 'last', lastOf, ({ checksum }) => checksum),
  severalBits('ten bits of the middle block', 'middle', 10),
  page('a page of zeros in the first block', 'first', () => 0),
  page('a page of noise in the last block', 'last', (chance) => chance.between(0, 255)),
  cutInside,
  cutBetween,
  emptied,
  removed('the first block is gone', 'first'),
];

/** More than twenty, where there is time. */
export const moreWays: readonly Way[] = [removed('the last block is gone', 'last'), removed('a block in the middle is gone', 'middle'), leftOut];
