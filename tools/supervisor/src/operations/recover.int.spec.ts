import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveReader, ArchiveWriter } from '@kanade/archive';
import { checkpointText, subjects } from '@kanade/contracts';
import { checkBroker, connectCore, createServerKeys, findNatsServer, openEventLog, signBytes, type EventLog } from '@kanade/messaging';
import { startTestBroker, type TestBroker } from '@kanade/messaging/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataPaths } from '../paths.ts';
import { recover } from './recover.ts';
import { withTemporaryBroker } from './temporary-broker.ts';

let broker: TestBroker;
let archiveDir: string;
let incarnation: string;

/** Events of about 4 KB, so that the stream has more than one block file when there are thousands. */
const entries = (count: number) => Array.from({ length: count }, (_, n) => ({ subject: subjects.controlEvents('job', `j${n % 5}`), expectedLastSequence: 0, body: Buffer.alloc(4000, `${n} `), headers: {} }));

async function withLog<Result>(work: (log: EventLog, check: () => Promise<unknown>) => Promise<Result>): Promise<Result> {
  const paths = dataPaths(broker.dataDir);
  return withTemporaryBroker(paths, { natsServer: findNatsServer(), maxFileBytes: broker.maxFileBytes }, async (url) => {
    const core = await connectCore({ url, credsFile: paths.adminCreds, name: 'test' });
    try {
      return await work(await openEventLog(core), () => checkBroker(core));
    } finally {
      await core.close();
    }
  });
}

async function archive(through: number, alteredFrom = Infinity): Promise<void> {
  await withLog(async (log) => {
    const writer = new ArchiveWriter({ root: archiveDir, incarnation: log.incarnation, segmentEvents: 1000 });
    for await (const batch of log.read({ from: 1, to: through })) writer.append(batch.map((event) => (event.sequence < alteredFrom ? event : { ...event, body: Buffer.from('another') })));
    writer.close();
  });
}

beforeEach(async () => {
  archiveDir = mkdtempSync(join(tmpdir(), 'kanade-recover-'));
  broker = await startTestBroker();
  createServerKeys(broker.keysDir);
  const core = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'test' });
  const log = await openEventLog(core);
  incarnation = log.incarnation;
  await log.append(entries(5000));
  await core.close();
  await broker.kill();
});
afterEach(async () => {
  await broker.stop();
  rmSync(archiveDir, { recursive: true });
});

const run = (dryRun = false, discard = false) => recover({ dataDir: broker.dataDir, archiveDir, checkpointFile: undefined, discard, dryRun, say: () => undefined, natsServer: findNatsServer });

/** The files JetStream keeps the events in, oldest first. */
function blocks(): string[] {
  const found = readdirSync(join(broker.dataDir, 'broker'), { recursive: true, encoding: 'utf8' }).filter((name) => /KANADE_EVENTS\/msgs\/\d+\.blk$/.test(name));
  return found.map((name) => join(broker.dataDir, 'broker', name)).sort((one, other) => Number(/(\d+)\.blk$/.exec(one)?.[1]) - Number(/(\d+)\.blk$/.exec(other)?.[1]));
}

it('leaves a sound history alone', async () => {
  await archive(5000);
  expect(await run()).toMatchObject({ incarnation, needed: false, kept: 5000, archivedThrough: 5000, missing: [], altered: [], lost: null, recovered: null });
});

it.each([0, 1])('gives back the stream’s block %i, which was deleted, and what the archive did not have yet', async (block) => {
  await archive(4900);
  const all = blocks();
  expect(all.length).toBeGreaterThan(2);
  rmSync(all[block] ?? '');
  const seen = await run(true);
  expect(seen).toMatchObject({ needed: true, kept: 5000, archivedThrough: 4900, lost: null, recovered: null });
  expect(seen.missing).toHaveLength(1);
  expect(seen.missing[0]?.first === 1).toBe(block === 0);
  const { recovered } = await run();
  if (recovered === null) throw new Error('nothing was recovered');
  expect(new ArchiveReader(archiveDir, recovered).ranges()).toEqual([{ first: 1, last: 5000 }]);
  await withLog(async (log, check) => {
    expect([log.incarnation, await log.lastSequence(), await check()]).toEqual([recovered, 5000, []]);
    expect(await log.append([{ subject: subjects.controlEvents('job', 'j1'), expectedLastSequence: 0, body: Buffer.from('next'), headers: {} }])).toEqual({ outcome: 'stored', sequences: [5001] });
  });
  expect(await run()).toMatchObject({ incarnation: recovered, needed: false, kept: 5001, archivedThrough: 5000 });
});

it('goes on behind the archive when the end of the stream was torn off, and says what is lost', async () => {
  await archive(4990);
  const last = blocks().at(-1) ?? '';
  truncateSync(last, Math.floor(statSync(last).size / 2));
  const key = createServerKeys(broker.keysDir).checkpoint;
  const statement = { incarnation, size: 5000, root: 'a'.repeat(64), time: new Date().toISOString() };
  writeFileSync(join(broker.dataDir, 'checkpoints.ndjson'), `${JSON.stringify({ ...statement, key: key.id, signature: signBytes(key, checkpointText(statement)) })}\n`);
  const summary = await run();
  expect(summary).toMatchObject({ needed: true, kept: 4990, archivedThrough: 4990, lost: { first: 4991, last: 5000 }, recovered: expect.stringMatching(/^[0-9a-f]{8}$/) });
  await withLog(async (log) => expect(await log.lastSequence()).toBe(4990));
});

it('keeps what lies behind events that are nowhere until it is told to go on without', async () => {
  await archive(100);
  rmSync(blocks()[0] ?? '');
  const { behindGap } = await run(true);
  expect(behindGap).toMatchObject({ first: expect.any(Number), last: 5000 });
  await expect(run()).rejects.toThrow(/^Events 101 to \d+ are nowhere, and others lie behind them, up to 5000: those would be lost/);
  await withLog(async (log) => expect([log.incarnation, await log.lastSequence()]).toEqual([incarnation, 5000]));
  expect(await run(false, true)).toMatchObject({ kept: 100, lost: { first: 101, last: 5000 }, recovered: expect.stringMatching(/^[0-9a-f]{8}$/) });
});

it('believes the archive where the broker has other events, and takes none that follow those', async () => {
  await archive(4995, 4991);
  expect(await run(true)).toMatchObject({ needed: true, kept: 4995, altered: [4991, 4992, 4993, 4994, 4995], behindGap: { first: 4996, last: 5000 } });
  await expect(run()).rejects.toThrow(/events 4996 to 5000 follow others than the archive has: those would be lost/);
  const { recovered } = await run(false, true);
  expect(new ArchiveReader(archiveDir, recovered ?? '').get(4995)?.body).toEqual(Buffer.from('another'));
});

it('changes nothing when what is kept is not what was signed', async () => {
  await archive(5000);
  rmSync(blocks()[0] ?? '');
  const key = createServerKeys(broker.keysDir).checkpoint;
  const statement = { incarnation, size: 4000, root: 'a'.repeat(64), time: new Date().toISOString() };
  writeFileSync(join(broker.dataDir, 'checkpoints.ndjson'), `${JSON.stringify({ ...statement, key: key.id, signature: signBytes(key, checkpointText(statement)) })}\n`);
  await expect(run()).rejects.toThrow(/not what was signed: the first 4000 events/);
  expect(await withLog((log) => Promise.resolve(log.incarnation))).toBe(incarnation);
});

it('is finished by the next one when it was interrupted behind the point of no return', async () => {
  await archive(5000);
  const dataDir = dataPaths(broker.dataDir).dataDir;
  const writer = new ArchiveWriter({ root: archiveDir, incarnation: '0badbeef', continues: { incarnation, through: 5000 } });
  writer.close();
  writeFileSync(join(dataDir, 'recover.json'), JSON.stringify({ incarnation: '0badbeef', before: incarnation, kept: 5000 }), { mode: 0o600 });
  expect(await run()).toMatchObject({ incarnation: '0badbeef', needed: false, kept: 5000, recovered: null });
  expect(readdirSync(dataDir)).not.toContain('recover.json');
  expect(readFileSync(join(archiveDir, '0badbeef', 'continues.json'), 'utf8')).toContain(incarnation);
});
