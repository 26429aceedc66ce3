import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredMessage } from '@kanade/proof';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArchiveDamagedError, ArchiveGoneError, ArchiveLacksError, ArchiveReader, ArchiveTakenError, ArchiveWriter } from './index.ts';

const incarnation = '0badcafe';
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanade-archive-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const event = (sequence: number, body: Uint8Array = Buffer.from(`{"n":${sequence}}`)): StoredMessage => ({
  sequence, subject: 'kanade.events.endpoint.e1', recordedAt: 1_700_000_000_000 + sequence, headers: { 'Kanade-Key': 'k', 'Kanade-Odd': 'ö, "x"' }, body,
});
const events = (first: number, last: number): StoredMessage[] => Array.from({ length: last - first + 1 }, (_, index) => event(first + index));
const segmentsOf = (name = incarnation): string[] => readdirSync(join(root, name)).filter((file) => file.startsWith('events-') && file.endsWith('.zst')).sort().map((file) => join(root, name, file));
const onlySegment = (): string => segmentsOf()[0] ?? '';
const plain = (messages: readonly StoredMessage[]) => messages.map((message) => ({ ...message, body: Buffer.from(message.body).toString('base64') }));

function write(batches: readonly (readonly StoredMessage[])[], options: { segmentEvents?: number; incarnation?: string; continues?: { incarnation: string; through: number } } = {}): void {
  const writer = new ArchiveWriter({ root, incarnation, ...options });
  for (const batch of batches) writer.append(batch);
  writer.close();
}
const readAll = (first: number, last: number, name = incarnation): StoredMessage[] => [...new ArchiveReader(root, name).read({ first, last })].flat();

describe('an archive', () => {
  it('gives back what was put in, byte for byte', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 30 }), (bodies) => {
      const messages = bodies.map((body, index) => event(index + 1, body));
      write([messages]);
      expect(plain(readAll(1, messages.length))).toEqual(plain(messages));
      rmSync(join(root, incarnation), { recursive: true });
    }), { numRuns: 30 });
  });

  it('reads any part of it, over blocks and segments, and knows what it has', () => {
    const batches = [1, 4, 5, 40, 90, 91, 130].map((first, index, all) => events(first, (all[index + 1] ?? 151) - 1));
    write(batches, { segmentEvents: 60 });
    expect(segmentsOf()).toHaveLength(2);
    const reader = new ArchiveReader(root, incarnation);
    expect([reader.last(), reader.ranges()]).toEqual([150, [{ first: 1, last: 150 }]]);
    for (const [first, last] of [[1, 150], [4, 4], [39, 92], [150, 150], [88, 131]] as const) expect(plain(readAll(first, last))).toEqual(plain(events(first, last)));
    expect(reader.get(90)?.recordedAt).toBe(event(90).recordedAt);
    expect(reader.get(151)).toBeUndefined();
    expect(() => readAll(140, 160)).toThrow(new ArchiveLacksError(151));
  });

  it('goes on where it was, also for somebody who reads meanwhile', () => {
    write([events(1, 10)]);
    const reader = new ArchiveReader(root, incarnation);
    const reading = reader.read({ first: 1, last: 25 });
    expect(reading.next().value).toHaveLength(10);
    write([events(11, 12), events(13, 20)], { segmentEvents: 15 });
    write([events(21, 25)], { segmentEvents: 15 });
    expect([...reading].flat().map(({ sequence }) => sequence)).toEqual(events(11, 25).map(({ sequence }) => sequence));
  });

  it('is written densely once a segment is complete', () => {
    write(events(1, 300).map((message) => [message]), { segmentEvents: 1000 });
    const before = statSync(onlySegment()).size;
    write([events(301, 301), events(302, 302)], { segmentEvents: 300 });
    expect(statSync(onlySegment()).size).toBeLessThan(before / 10);
    expect(plain(readAll(1, 302))).toEqual(plain(events(1, 302)));
  });

  it('is what any zstd reads: an event a line', (context) => {
    write([events(1, 3), events(4, 5)]);
    const { error, stdout } = spawnSync('zstd', ['-dc', onlySegment()], { encoding: 'utf8' });
    if (error !== undefined) context.skip('zstd is not installed');
    const lines = stdout.trim().split('\n').map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([1, 2, 3, 4, 5].map((position) => ({ kind: 'event', position, subject: 'kanade.events.endpoint.e1', body: `{"n":${position}}` })));
  });

  it('begins a segment behind what is nowhere any more, and says what it lacks', () => {
    write([events(1, 5), events(9, 12)]);
    expect(new ArchiveReader(root, incarnation).ranges()).toEqual([{ first: 1, last: 5 }, { first: 9, last: 12 }]);
    expect(() => readAll(4, 10)).toThrow(new ArchiveLacksError(6));
    expect(() => write([events(12, 13)])).toThrow(RangeError);
  });

  it('is read with the histories it continues, as far as they count', () => {
    write([events(1, 10)]);
    write([events(8, 12).map((message) => ({ ...message, recordedAt: 5 }))], { incarnation: '00000002', continues: { incarnation, through: 7 } });
    expect(readAll(1, 12, '00000002').map(({ recordedAt }) => recordedAt === 5)).toEqual([...Array<boolean>(7).fill(false), ...Array<boolean>(5).fill(true)]);
    write([], { incarnation: '00000003', continues: { incarnation: '00000002', through: 3 } });
    const writer = new ArchiveWriter({ root, incarnation: '00000003' });
    expect(writer.last).toBe(3);
    writer.close();
  });
});

describe('a damaged archive', () => {
  it.each([1, 20, 70, 200])('has what it had before %i bytes were torn off its end, and goes on from there', (torn) => {
    write([events(1, 10), events(11, 20)]);
    truncateSync(onlySegment(), statSync(onlySegment()).size - torn);
    const writer = new ArchiveWriter({ root, incarnation });
    expect(writer.last).toBe(10);
    writer.append(events(11, 30));
    writer.close();
    expect(plain(readAll(1, 30))).toEqual(plain(events(1, 30)));
  });

  it('forgets a block of the right length whose bytes never reached the disk, and a segment without a block', () => {
    write([events(1, 10), events(11, 20)]);
    const bytes = readFileSync(onlySegment());
    bytes.fill(0, bytes.length - 30);
    writeFileSync(onlySegment(), bytes);
    write([events(11, 20)]);
    expect(plain(readAll(1, 20))).toEqual(plain(events(1, 20)));
    writeFileSync(join(root, incarnation, 'events-000000000021.ndjson.zst'), 'x');
    write([events(21, 22)]);
    expect(readAll(1, 22)).toHaveLength(22);
  });

  it('names the positions any flipped bit brings in doubt, and never gives something else', () => {
    write([events(1, 40), events(41, 80)], { segmentEvents: 1000 });
    const sound = readFileSync(onlySegment());
    fc.assert(fc.property(fc.nat(sound.length * 8 - 1), (bit) => {
      const bytes = Buffer.from(sound);
      bytes.writeUInt8((bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
      writeFileSync(onlySegment(), bytes);
      expect(() => readAll(1, 80)).toThrow(expect.toSatisfy((error: unknown) => error instanceof ArchiveDamagedError || error instanceof ArchiveLacksError));
    }), { numRuns: 200 });
  });

  it('has back what is put in its place, in the segment that is written and in others, and goes on', () => {
    const sound = [events(1, 40), events(41, 80), events(81, 120), events(121, 150)];
    write(sound, { segmentEvents: 80 });
    const spoil = (file: string, at: number) => {
      const bytes = readFileSync(file);
      bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
      writeFileSync(file, bytes);
    };
    const [older, newer] = segmentsOf();
    const middle = (file = '') => Math.floor(statSync(file).size / 4);
    const writer = new ArchiveWriter({ root, incarnation, segmentEvents: 80 });
    for (const file of [older, newer]) spoil(file ?? '', middle(file));
    for (const position of [1, 81]) {
      let damaged = { first: 0, last: 0 };
      try {
        readAll(position, position);
      } catch (error) {
        if (error instanceof ArchiveDamagedError) damaged = error;
      }
      expect(damaged.first).toBe(position);
      writer.restore([events(damaged.first, damaged.last)]);
    }
    writer.append(events(151, 200));
    writer.close();
    expect(plain(readAll(1, 200))).toEqual(plain(events(1, 200)));
  });

  it('has back a segment that is gone', () => {
    write([events(1, 40), events(41, 80), events(81, 120)], { segmentEvents: 40 });
    rmSync(segmentsOf()[1] ?? '');
    expect(new ArchiveReader(root, incarnation).ranges()).toEqual([{ first: 1, last: 40 }, { first: 81, last: 120 }]);
    const writer = new ArchiveWriter({ root, incarnation });
    writer.restore([events(41, 60), events(61, 80)]);
    rmSync(segmentsOf()[0] ?? '');
    writer.restore([events(1, 80)]);
    writer.close();
    expect(plain(readAll(1, 120))).toEqual(plain(events(1, 120)));
  });

  it('is kept beside itself before more is cut off than was being written', () => {
    write([events(1, 10), events(11, 20), events(21, 30)]);
    const bytes = readFileSync(onlySegment());
    const second = bytes.indexOf(bytes.subarray(0, 8), 8);
    bytes.writeUInt8(bytes.readUInt8(second) ^ 1, second);
    writeFileSync(onlySegment(), bytes);
    write([events(11, 30)]);
    expect(plain(readAll(1, 30))).toEqual(plain(events(1, 30)));
    expect(readdirSync(join(root, incarnation)).filter((name) => name.endsWith('.damaged'))).toHaveLength(1);
    // What a power cut tore is nothing to be kept.
    rmSync(`${segmentsOf()[0] ?? ''}.damaged`);
    truncateSync(onlySegment(), statSync(onlySegment()).size - 20);
    write([]);
    expect(readdirSync(join(root, incarnation))).toHaveLength(1);
  });

  it('does not write where its disk is not', () => {
    const writer = new ArchiveWriter({ root, incarnation });
    writer.append(events(1, 2));
    rmSync(join(root, incarnation), { recursive: true });
    expect(() => writer.append(events(3, 4))).toThrow(ArchiveGoneError);
    expect(() => new ArchiveWriter({ root: join(root, 'unmounted'), incarnation })).toThrow(/ENOENT/);
    writer.close();
  });

  it('is not written by two', () => {
    const [one, other] = [new ArchiveWriter({ root, incarnation }), new ArchiveWriter({ root, incarnation })];
    one.append(events(1, 2));
    expect(() => other.append(events(1, 2))).toThrow(/EEXIST/);
    appendFileSync(onlySegment(), 'somebody else');
    expect(() => one.append(events(3, 4))).toThrow(ArchiveTakenError);
    one.close();
    other.close();
  });
});
