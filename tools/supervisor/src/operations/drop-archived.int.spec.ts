import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveReader, ArchiveWriter, describeSegment, writeSeal } from '@kanade/archive';
import { subjects } from '@kanade/contracts';
import { connectCore, createServerKeys, createSigningKey, findNatsServer, openEventLog, rotateKey, signBytes, type CoreConnection, type EventLog, type SigningKey } from '@kanade/messaging';
import { startTestBroker, type TestBroker } from '@kanade/messaging/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockDataDir, type DataDirLock } from '../data-dir-lock.ts';
import { dataPaths } from '../paths.ts';
import { dropArchived } from './drop-archived.ts';

let broker: TestBroker;
let core: CoreConnection;
let log: EventLog;
let archiveDir: string;
let lock: DataDirLock;

beforeEach(async () => {
  archiveDir = mkdtempSync(join(tmpdir(), 'kanade-drop-'));
  broker = await startTestBroker();
  createServerKeys(broker.keysDir);
  core = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'test' });
  log = await openEventLog(core);
  await log.append(Array.from({ length: 100 }, (_, n) => ({ subject: subjects.controlEvents('job', `j${n % 5}`), expectedLastSequence: 0, body: Buffer.from(`{"n":${n}}`), headers: {} })));
  const paths = dataPaths(broker.dataDir);
  lock = lockDataDir(paths, 'test');
  writeFileSync(paths.runtime, JSON.stringify({ natsUrl: broker.url }), { mode: 0o600 });
  const writer = new ArchiveWriter({ root: archiveDir, incarnation: log.incarnation });
  for await (const batch of log.read({ from: 1 })) writer.append(batch);
  writer.close();
});
afterEach(async () => {
  lock.release();
  await core.close();
  await broker.stop();
  rmSync(archiveDir, { recursive: true });
});

const checkpointKey = (): SigningKey => createServerKeys(broker.keysDir).checkpoint;

function seal(size: number, key = checkpointKey()): void {
  const segments = new ArchiveReader(archiveDir, log.incarnation).segmentParts(size).map((part) => describeSegment(archiveDir, part));
  const text = { incarnation: log.incarnation, size, root: 'a'.repeat(64), time: new Date().toISOString(), segments };
  writeSeal(archiveDir, text, (signed) => ({ key: key.id, signature: signBytes(key, signed) }));
}

const drop = (change: { through?: string; keep?: number } = {}) => dropArchived({ dataDir: broker.dataDir, archiveDir, through: undefined, keep: 10, say: () => undefined, natsServer: findNatsServer, ...change });
const refused = async (reason: RegExp, change: Parameters<typeof drop>[0] = {}) => {
  await expect(drop(change)).rejects.toThrow(reason);
  expect(await log.get(1)).toMatchObject({ sequence: 1 });
};

it('drops what is sealed, and keeps the newest', async () => {
  await refused(/has no seal/);
  seal(50);
  await refused(/sealed through 50 only/, { through: `${log.incarnation}:51` });
  await refused(/at most 40 can be dropped/, { through: `${log.incarnation}:41`, keep: 60 });
  await refused(/nothing to drop/, { keep: 100 });
  await refused(/no position of this history/, { through: '0badcafe:10' });
  expect(await drop({ through: `${log.incarnation}:30` })).toEqual({ incarnation: log.incarnation, dropped: 30, first: 31 });
  expect(await drop({ keep: 60 })).toMatchObject({ dropped: 10, first: 41 });
  expect(await drop()).toMatchObject({ dropped: 10, first: 51 });
  expect(await drop()).toMatchObject({ dropped: 0, first: 51 });
  seal(100);
  expect(await drop()).toMatchObject({ dropped: 40, first: 91 });
});

it('drops nothing when the archive is not what was sealed', async () => {
  seal(50);
  const [file = ''] = readdirSync(join(archiveDir, log.incarnation)).filter((name) => name.startsWith('events-')).map((name) => join(archiveDir, log.incarnation, name));
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
  writeFileSync(file, bytes);
  await refused(/is not the file that was sealed/);
});

it('drops nothing when somebody else sealed it', async () => {
  seal(50, createSigningKey());
  await refused(/signed by [0-9a-f]{16}, a key that is not known here/);
});

it('believes a key that was replaced as long as it counts', async () => {
  seal(50);
  rotateKey(broker.keysDir, 'checkpoint', { by: 'test', now: Date.now(), graceMs: 60_000 });
  expect(await drop({ through: `${log.incarnation}:20` })).toMatchObject({ first: 21 });
});
