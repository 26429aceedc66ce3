import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One message as it lies in a block: where each part of it begins, and how long it is, in bytes. */
export interface StoredRecord {
  readonly sequence: number;
  readonly start: number;
  readonly length: number;
  readonly subject: Span;
  readonly headers: Span;
  readonly body: Span;
  readonly checksum: Span;
}

export interface Span {
  readonly start: number;
  readonly length: number;
}

// As nats-server 2.15 writes it: length (its top bit says that there are headers), sequence, time, length of the subject; then the subject,
// where there are headers their length and they, the body, and a hash of it all.
const at = { length: 0, sequence: 4, time: 12, subjectLength: 20, subject: 22 } as const;
const hasHeadersBit = 0x80000000;
const checksumLength = 8;

/**
 * Where the fixed fields of a record lie, from its start. Of the sequence only the lower two bytes: given one that lies far beyond the others, nats-server
 * counts up to it, one by one, until the machine's memory is used up, and nobody can ask it anything.
 */
export const fields = { length: { start: at.length, length: 4 }, sequence: { start: at.sequence, length: 2 }, time: { start: at.time, length: 8 }, subjectLength: { start: at.subjectLength, length: 2 } } as const;

function readRecord(block: Buffer, start: number): StoredRecord {
  const word = block.readUInt32LE(start + at.length);
  const withHeaders = word >= hasHeadersBit;
  const length = withHeaders ? word - hasHeadersBit : word;
  const subject = { start: start + at.subject, length: block.readUInt16LE(start + at.subjectLength) };
  const afterSubject = subject.start + subject.length;
  const headers = withHeaders ? { start: afterSubject + 4, length: block.readUInt32LE(afterSubject) } : { start: afterSubject, length: 0 };
  const checksum = { start: start + length - checksumLength, length: checksumLength };
  const body = { start: headers.start + headers.length, length: checksum.start - headers.start - headers.length };
  return { sequence: Number(block.readBigUInt64LE(start + at.sequence)), start, length, subject, headers, body, checksum };
}

/** The messages of a block that is whole. */
export function recordsOf(block: Buffer): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let start = 0; start < block.length; ) {
    const record = readRecord(block, start);
    if (record.length < at.subject + checksumLength || start + record.length > block.length) throw new Error(`there is no message at byte ${start} of the block`);
    records.push(record);
    start += record.length;
  }
  return records;
}

const isBlock = (name: string) => /^\d+\.blk$/.test(name);

/** The message blocks of a stream in the folder of a broker that is stopped, oldest first. */
export class MessageBlocks {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The numbers of the blocks there are. */
  get numbers(): number[] {
    return readdirSync(this.#folder).filter(isBlock).map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
  }

  read(number: number): Buffer {
    return readFileSync(this.#file(number));
  }

  write(number: number, bytes: Uint8Array): void {
    writeFileSync(this.#file(number), bytes);
  }

  remove(number: number): void {
    rmSync(this.#file(number));
  }

  #file(number: number): string {
    return join(this.#folder, `${number}.blk`);
  }
}

/** The folder with the message blocks of a stream in a broker's data directory. */
export function blocksFolder(dataDir: string, stream: string): string {
  const store = join(dataDir, 'broker');
  const found = readdirSync(store, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(join('streams', stream, 'msgs')));
  if (found === undefined) throw new Error(`there is no stream ${stream} below ${store}`);
  return join(store, found);
}
