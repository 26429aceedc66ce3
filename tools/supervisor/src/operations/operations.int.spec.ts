import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjects } from '@kanade/contracts';
import { connectCore, findNatsServer, openCommandQueue, openEventLog, openPrivateParts, type CoreConnection } from '@kanade/messaging';
import { startTestBroker, type TestBroker } from '@kanade/messaging/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordChildren } from '../leftovers.ts';
import { dataPaths } from '../paths.ts';
import { lockDataDir, type DataDirLock } from '../data-dir-lock.ts';
import { backup, type OperationOptions } from './backup.ts';
import { restore } from './restore.ts';
import { withTemporaryBroker } from './temporary-broker.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
let broker: TestBroker;
let core: CoreConnection;
let scratch: string;
let lock: DataDirLock;

const optionsFor = (name: string, dataDir: string): OperationOptions => ({ dir: join(scratch, name), dataDir, version: '0.1.0', say: () => undefined, natsServer: findNatsServer });

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'kanade-operations-'));
  broker = await startTestBroker();
  core = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'test' });
  const log = await openEventLog(core);
  await log.append([
    { subject: subjects.controlEvents('endpoint', 'e1'), expectedLastSequence: 0, body: bytes('{"n":1}'), headers: { 'Kanade-Key': 'k' } },
    { subject: subjects.controlEvents('job', 'j1'), expectedLastSequence: 0, body: bytes('{"n":2}'), headers: {} },
  ]);
  await openPrivateParts(core).put(subjects.controlPrivate('p1'), bytes('private'));
  const queue = openCommandQueue(core);
  await queue.ensureConsumer('e1');
  await queue.publish([{ endpointId: 'e1', body: bytes('{}'), headers: {}, ttlSeconds: 3600, messageId: 'm1' }]);
  // As the supervisor leaves it while it runs.
  const paths = dataPaths(broker.dataDir);
  lock = lockDataDir(paths, 'test');
  writeFileSync(paths.runtime, JSON.stringify({ natsUrl: broker.url }), { mode: 0o600 });
});
afterAll(async () => {
  lock.release();
  await core.close();
  await broker.stop();
  rmSync(scratch, { recursive: true });
});

const filesOf = async (dir: string) => (await readdir(dir, { recursive: true, withFileTypes: true })).map((entry) => ({ file: entry.isFile(), path: join(entry.parentPath, entry.name) }));

describe('a backup of a running installation', () => {
  it('holds every stream but the derived ones, the keys, and nothing others can read', async () => {
    const options = optionsFor('first', broker.dataDir);
    const manifest = await backup(options);
    expect(manifest.streams.map(({ stream }) => stream)).toEqual(expect.arrayContaining(['KANADE_EVENTS', 'KV_kanade_identity', 'KANADE_PRIVATE', 'OBJ_kanade_packages']));
    expect(manifest.streams.map(({ stream }) => stream)).not.toContain('KANADE_COMMANDS');
    expect(manifest.streams[0]).toMatchObject({ stream: 'KANADE_EVENTS', messages: 2, lastSequence: 2 });
    expect(manifest.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['keys/operator.nk', 'creds/backend.creds', 'streams/KANADE_EVENTS.snapshot']));
    for (const { file, path } of await filesOf(options.dir)) expect(statSync(path).mode & 0o777, path).toBe(file ? 0o600 : 0o700);
  });

  it('refuses a folder that holds anything, and leaves it alone', async () => {
    await expect(backup(optionsFor('first', broker.dataDir))).rejects.toThrow(/not empty/);
    expect(readFileSync(join(scratch, 'first', 'backup.json'), 'utf8')).toContain('KANADE_EVENTS');
  });

  it('refuses a data directory without a kanade', async () => {
    await expect(backup(optionsFor('none', join(scratch, 'nothing')))).rejects.toThrow(/holds no kanade/);
  });
});

describe('a restore', () => {
  it('gives back the same bytes as a new incarnation, with an empty command queue and a consumer per endpoint', async () => {
    const before = (await openEventLog(core)).incarnation;
    const dataDir = join(scratch, 'restored');
    const summary = await restore(optionsFor('first', dataDir));
    expect(summary).toMatchObject({ endpoints: 1 });
    expect(summary.incarnation).toMatch(/^[0-9a-f]{8}$/);
    expect(summary.incarnation).not.toBe(before);
    const paths = dataPaths(dataDir);
    await withTemporaryBroker(paths, { natsServer: findNatsServer(), maxFileBytes: 2 * 1024 ** 3 }, async (url) => {
      const restored = await connectCore({ url, credsFile: paths.adminCreds, name: 'test' });
      const log = await openEventLog(restored);
      expect(log.incarnation).toBe(summary.incarnation);
      expect(await log.get(1)).toMatchObject({ subject: 'kanade.events.control.endpoint.e1', headers: { 'Kanade-Key': 'k' }, body: Buffer.from('{"n":1}') });
      expect(await log.lastSequence()).toBe(2);
      expect(Buffer.from((await openPrivateParts(restored).get(subjects.controlPrivate('p1'))) ?? [])).toEqual(Buffer.from('private'));
      const queue = openCommandQueue(restored);
      expect(await queue.listConsumers()).toEqual(['e1']);
      expect(await queue.get(1)).toBeUndefined();
      await restored.close();
    });
  });

  it('works for an installation that does not run, and can be backed up again', async () => {
    const manifest = await backup(optionsFor('second', join(scratch, 'restored')));
    expect(manifest.streams[0]).toMatchObject({ stream: 'KANADE_EVENTS', messages: 2 });
  });

  it('does not open the store beside a broker that a killed supervisor has left', async () => {
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
    const gone = once(left, 'exit');
    const paths = dataPaths(join(scratch, 'restored'));
    recordChildren(paths, left.pid === undefined ? [] : [left.pid]);
    await backup(optionsFor('third', paths.dataDir));
    expect(await gone).toEqual([null, 'SIGTERM']);
    expect(existsSync(paths.children)).toBe(false);
  }, 20_000);

  it('refuses a data directory that holds anything', async () => {
    await expect(restore(optionsFor('first', join(scratch, 'restored')))).rejects.toThrow(/not empty/);
  });

  it('takes the agents of the old data directory over when it is told where they are', async () => {
    const old = dataPaths(join(scratch, 'old'));
    mkdirSync(join(old.agents, 'local'), { recursive: true });
    writeFileSync(join(old.agents, 'local', 'identity.json'), JSON.stringify({ endpointId: 'e1' }));
    const dataDir = join(scratch, 'with-agents');
    expect(await restore({ ...optionsFor('first', dataDir), agentsOf: old.dataDir })).toMatchObject({ agents: 1 });
    expect(readFileSync(join(dataDir, 'agents', 'local', 'identity.json'), 'utf8')).toContain('e1');
  });

  it('restores nothing when there are no agents where it is told', async () => {
    const dataDir = join(scratch, 'without-agents');
    await expect(restore({ ...optionsFor('first', dataDir), agentsOf: scratch })).rejects.toThrow(/holds no agents/);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('refuses a damaged backup before it writes anything', async () => {
    const file = join(scratch, 'second', 'streams', 'KANADE_EVENTS.snapshot');
    const content = readFileSync(file);
    content[content.length - 100] = (content[content.length - 100] ?? 0) ^ 1;
    writeFileSync(file, content);
    const dataDir = join(scratch, 'damaged');
    await expect(restore(optionsFor('second', dataDir))).rejects.toMatchObject({ message: expect.stringMatching(/damaged/), advice: ['streams/KANADE_EVENTS.snapshot'] });
    await expect(readdir(dataDir)).rejects.toThrow(/ENOENT/);
  });

  it('refuses what is no backup', async () => {
    await expect(restore(optionsFor('missing', join(scratch, 'other')))).rejects.toThrow(/no complete backup/);
  });
});
