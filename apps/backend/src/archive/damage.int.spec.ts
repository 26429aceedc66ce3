import 'reflect-metadata';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveReader, ArchiveWriter } from '@kanade/archive';
import { subjects } from '@kanade/contracts';
import { eventBlocks } from '@kanade/messaging/testing';
import { keepAll, readModelFile } from '@kanade/read-models';
import { dumpFile, enrol } from '@kanade/read-models/testing';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { FoldClient } from '../projections/fold-client.ts';
import { ReadSideScene } from '../projections/read-side.spec-kit.ts';
import { withArchive } from './archived-log.ts';
import { lostRecord } from './lost-record.ts';
import { openRecordArchive } from './record-archive.ts';
import type { RecordArchive } from './record-archive.ts';
import { RecordPatrol } from './record-patrol.ts';
import type { PatrolFindings } from './record-patrol.ts';

let scene: ReadSideScene;
async function open(options: { maxFileBytes?: number } = {}): Promise<void> {
  scene = await ReadSideScene.open(options);
  for (let index = 1; index <= 6; index += 1) await scene.enrolAgent(`e${index}`);
  await scene.archive();
}
afterEach(() => scene.close());

/** Nobody else's: names of the broker's keys are letters. */
const nkeyOf = (index: number) => `U${String(index).replaceAll(/\d/g, (digit) => 'ABCDEFGHIJ'.charAt(Number(digit))).padEnd(55, 'Z')}`;
const enrolMany = (from: number, to: number) => scene.appendMany((history) => {
  for (let index = from; index < to; index += 1) enrol(history, `bulk-${index}`, { nkey: nkeyOf(index) });
});

async function tablesFromZero() {
  const directory = mkdtempSync(join(tmpdir(), 'kanade-from-zero-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const fold = await folded(scene.fold(directory));
  await fold.stop();
  return dumpFile(readModelFile(directory, keepAll).path);
}
async function folded(fold: FoldClient): Promise<FoldClient> {
  await fold.waitFor(`${scene.log.incarnation}:${new ArchiveReader(scene.archiveRoot, scene.log.incarnation).last()}`, 20_000);
  await expect.poll(() => fold.status().lagEvents, { timeout: 20_000 }).toBe(0);
  return fold;
}
function archive(): RecordArchive {
  const opened = openRecordArchive({ root: scene.archiveRoot, directory: scene.directory, incarnation: scene.log.incarnation, continues: undefined });
  onTestFinished(() => opened.close());
  return opened;
}
async function patrol(): Promise<PatrolFindings> {
  const { incarnation } = scene.log;
  const writer = new ArchiveWriter({ root: scene.archiveRoot, incarnation });
  try {
    const restore = (blocks: Parameters<typeof writer.restore>[0]) => writer.restore(blocks);
    return await RecordPatrol.run({ log: scene.log, reader: new ArchiveReader(scene.archiveRoot, incarnation), restore }, new AbortController().signal);
  } finally {
    writer.close();
  }
}
/** Does something to the broker's files while it is down. */
async function spoil(change: (bytes: Buffer) => Buffer, end: 'kill' | 'halt' = 'kill'): Promise<void> {
  await scene.broker[end]();
  const [file = ''] = eventBlocks(scene.broker);
  writeFileSync(file, change(readFileSync(file)));
  await scene.broker.restart();
  await expect.poll(() => scene.core.connected, { timeout: 20_000 }).toBe(true);
}
const flip = (text: string) => (bytes: Buffer) => {
  const at = bytes.indexOf(text);
  if (at === -1) throw new Error(`${text} is not in the file`);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
  return bytes;
};
function segment(): string {
  const directory = join(scene.archiveRoot, scene.log.incarnation);
  return join(directory, readdirSync(directory).find((name) => name.startsWith('events-')) ?? '');
}

describe('a broker whose files were damaged', () => {
  it('is found out by position, and what it lost is folded from the archive', async () => {
    await open({ maxFileBytes: 370_000 });
    await enrolMany(0, 80);
    await scene.archive();
    expect(eventBlocks(scene.broker).length).toBeGreaterThan(2);
    const before = await tablesFromZero();
    await spoil(flip('e3-host'));
    const { missing, altered } = await patrol();
    expect([missing, altered]).toEqual([[{ first: 3, last: expect.any(Number) }], []]);
    expect((await scene.log.extent()).absent).toEqual(missing);
    expect(await tablesFromZero()).toEqual(before);
    expect(await lostRecord(scene.log, archive())).toBeUndefined();
  });

  it('and believes that they were not is found out as well', async () => {
    await open({ maxFileBytes: 370_000 });
    await enrolMany(0, 80);
    await scene.archive();
    const before = await tablesFromZero();
    await spoil(flip('e3-host'), 'halt');
    expect((await scene.log.extent()).absent).toEqual([]);
    const { missing, altered } = await patrol();
    expect([missing, altered]).toEqual([[{ first: 3, last: 3 }], []]);
    const [plain, whole] = [scene.log, withArchive(scene.log, archive(), () => missing)];
    const subject = subjects.controlEvents('endpoint', 'e3');
    expect(await plain.readSubject(subject)).toEqual([]);
    for (const log of [whole, withArchive(plain, archive())]) {
      expect((await log.readSubject(subject)).map(({ sequence }) => sequence)).toEqual([3]);
      expect((await log.readLast(subject))?.sequence).toBe(3);
    }
    expect(await tablesFromZero()).toEqual(before);
    const append = (text: string) => whole.append([{ subject, body: Buffer.from(text), headers: {}, expectedLastSequence: 3 }]);
    expect([await append('one'), await append('another')]).toMatchObject([{ outcome: 'stored' }, { outcome: 'conflict' }]);
  });

  it('that ends before what is archived is not gone on with, and the read model stays', async () => {
    await open();
    const fold = await folded(scene.fold());
    const { position } = fold.status();
    await spoil((bytes) => bytes.subarray(0, bytes.length - 20));
    await expect.poll(() => fold.status().lost, { timeout: 20_000 }).toMatch(/record ends at 5, and the archive has events up to 6.*kanade event recover/);
    expect(fold.status()).toMatchObject({ state: 'damaged', position });
    expect((await fold.reader()).snapshot(({ sequence }) => sequence)).toBe(6);
    await fold.stop();
    // Also for one that starts only now.
    const next = scene.fold();
    await expect.poll(() => next.status().lost, { timeout: 20_000 }).toMatch(/record ends at 5/);
    expect(next.status()).toMatchObject({ state: 'damaged', position });
  });

  it('whose positions were used again is found out', async () => {
    await open();
    const fold = await folded(scene.fold());
    await fold.stop();
    await spoil((bytes) => bytes.subarray(0, bytes.length - 20));
    await scene.enrolAgent('e7');
    const next = scene.fold();
    await expect.poll(() => next.status().lost, { timeout: 20_000 }).toMatch(/another event at position 6/);
  });
});

describe('an archive whose files were damaged', () => {
  it('is mended from the broker, be it bytes or a whole file', async () => {
    await open();
    const bytes = readFileSync(segment());
    const spoiled = Buffer.from(bytes);
    spoiled.writeUInt8(spoiled.readUInt8(bytes.length - 40) ^ 1, bytes.length - 40);
    // Behind another block, so that it is not the torn end of what was being written.
    await scene.enrolAgent('e7');
    await scene.archive();
    const whole = readFileSync(segment());
    whole.set(spoiled);
    writeFileSync(segment(), whole);
    expect(await patrol()).toEqual({ missing: [], altered: [], archive: [], restored: 6 });
    expect(await patrol()).toMatchObject({ restored: 0 });
  });

  it('names what the broker does not have either', async () => {
    await open();
    await scene.enrolAgent('e7');
    await scene.archive();
    const bytes = readFileSync(segment());
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    writeFileSync(segment(), bytes);
    await spoil(flip('e3-host'));
    expect(await patrol()).toEqual({ missing: [], altered: [], archive: [{ first: 1, last: 6 }], restored: 0 });
  });
});
