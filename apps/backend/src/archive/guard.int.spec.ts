import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemStatusSchema } from '@kanade/contracts';
import { connectCore, openEventLog } from '@kanade/messaging';
import { eventBlocks } from '@kanade/messaging/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { Broker } from '../broker/broker.ts';
import { readConfig } from '../config/config.ts';
import { createServer } from '../http/create-server.ts';
import { createLog } from '../log.ts';
import { Lifecycle } from '../system/lifecycle.ts';

let installation: TestInstallation;
let backend: TestBackend;
let parent: string;
let archive: string;

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'kanade-archive-'));
  archive = join(parent, 'archive');
  installation = await startInstallation();
  backend = await installation.backend({ KANADE_ARCHIVE_DIR: archive });
  await apply('hello');
  await archived();
});
afterEach(async () => {
  await installation.stop();
  rmSync(parent, { recursive: true });
});

const apply = (id: string) => backend.call('PUT', `/jobs/${id}`, { version: '1', execute: { shell: 'sh', script: 'x' } });
const status = async () => systemStatusSchema.parse((await backend.call('GET', '/status')).body);
const archived = () => eventually(async () => {
  const { events } = backend.app.get(Broker).get();
  const wanted = `${events.incarnation}:${await events.lastSequence()}`;
  return (await status()).archive?.position === wanted ? true : undefined;
}, 'everything to be archived');
const failing = (reason: RegExp) => eventually(async () => {
  const found = await status();
  return found.status === 'failed' && reason.test(found.archive?.damage.rewound ?? '') ? found : undefined;
}, 'the status to fail');

async function lastSequence(): Promise<number> {
  const core = await connectCore({ url: installation.broker.url, credsFile: installation.broker.backendCreds, name: 'test' });
  const last = await (await openEventLog(core)).lastSequence();
  await core.close();
  return last;
}

/** One that starts only now says why it is not ready, and goes on running. */
async function startsAndRefuses(): Promise<void> {
  const { url, dataDir } = installation.broker;
  const config = readConfig({ KANADE_HTTP_PORT: '0', KANADE_NATS_URL: url, KANADE_DATA_DIR: dataDir, KANADE_ARCHIVE_DIR: archive });
  const app = await createServer({ config, log: createLog('fatal') });
  const lifecycle = app.get(Lifecycle);
  try {
    await app.listen(0, '127.0.0.1');
    await lifecycle.start();
    const address = await app.getUrl();
    await eventually(async () => ((await (await fetch(`${address}/health/ready`)).text()).includes('kanade event recover') ? true : undefined), 'it to say why it is not ready');
  } finally {
    await lifecycle.stop();
    await app.close();
    await lifecycle.disconnect();
  }
}

describe('a broker that was set back', () => {
  it('is given nothing to record, until somebody recovers it', async () => {
    await installation.broker.kill();
    const [file = ''] = eventBlocks(installation.broker);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length - 20));
    await installation.broker.restart();
    expect((await failing(/kanade event recover/)).checks).toMatchObject({ archive: { status: 'failed' } });
    await eventually(async () => ((await status()).checks.fold.status === 'failed' ? true : undefined), 'the fold to notice');
    const { events } = backend.app.get(Broker).get();
    // The connection may just have come back.
    const endNow = () => eventually(() => events.lastSequence().catch(() => undefined), 'the broker to answer');
    const end = await endNow();
    expect(await apply('other')).toMatchObject({ status: 503, body: { detail: expect.stringContaining('kanade event recover') } });
    expect(await backend.call('GET', '/jobs')).toMatchObject({ status: 200, body: { items: [{ id: 'hello' }] } });
    await eventually(() => (backend.logged.some((line) => line.includes('no endpoint’s events are let through')) ? true : undefined), 'the way of events to be closed');
    expect(await endNow()).toBe(end);
    await backend.stop();
    await startsAndRefuses();
    expect(await lastSequence()).toBe(end);
  });
});

describe('an archive whose disk goes away', () => {
  it('is told of, harms nothing, and catches up', async () => {
    renameSync(archive, `${archive}-elsewhere`);
    expect(await apply('other')).toMatchObject({ status: 200 });
    await eventually(async () => (/is gone|ENOENT/.test((await status()).archive?.failure ?? '') ? true : undefined), 'the status to say so');
    expect(await status()).toMatchObject({ status: 'degraded', checks: { archive: { status: 'degraded', detail: expect.stringContaining('in trouble') } } });
    expect(await apply('third')).toMatchObject({ status: 200 });
    expect(existsSync(archive)).toBe(false);
    renameSync(`${archive}-elsewhere`, archive);
    await archived();
    await eventually(async () => ((await status()).checks.archive.status === 'ok' ? true : undefined), 'all to be well');
  });
});
