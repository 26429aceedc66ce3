import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBroker } from '../testing/index.ts';
import type { TestBroker } from '../testing/index.ts';
import { connectCore } from '../core/connection.ts';
import type { CoreConnection } from '../core/connection.ts';
import { callApi, streamState } from '../wire/jetstream.ts';
import { wireOf } from '../core/connection.ts';
import { applyBroker, checkBroker } from './apply.ts';
import { streamTable } from './streams.ts';

let broker: TestBroker;
let admin: CoreConnection;
let backend: CoreConnection;

beforeAll(async () => {
  broker = await startTestBroker();
  admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'admin' });
  backend = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'backend' });
});
afterAll(async () => {
  await admin.close();
  await backend.close();
  await broker.stop();
});

describe('the streams of the broker', () => {
  it('are as the table says, for the administrator and for the backend', async () => {
    expect(await checkBroker(admin, { maxFileBytes: broker.maxFileBytes })).toEqual([]);
    expect(await checkBroker(backend)).toEqual([]);
  });

  it('leave a fifth of the space free, all limits together', async () => {
    const limits = await Promise.all(streamTable.map(async ({ config }) => (await streamState(wireOf(admin), config.name))?.config['max_bytes']));
    const total = limits.reduce<number>((sum, limit) => sum + Number(limit), 0);
    expect(limits.every((limit) => typeof limit === 'number' && limit > 0)).toBe(true);
    expect(total).toBeLessThanOrEqual(broker.maxFileBytes * 0.8);
  });

  it('keep the record: read back, KANADE_EVENTS can neither lose nor change a message', async () => {
    const events = await streamState(wireOf(admin), 'KANADE_EVENTS');
    expect(events?.config).toMatchObject({ storage: 'file', retention: 'limits', discard: 'new', deny_delete: true, deny_purge: true, allow_direct: true, allow_atomic: true });
    for (const off of ['allow_rollup_hdrs', 'allow_msg_ttl', 'allow_msg_counter', 'allow_msg_schedules']) expect(events?.config[off] ?? false).toBe(false);
    expect(events?.config['max_age'] ?? 0).toBe(0);
  });

  it('are told apart when changed, and mended by the administrator only', async () => {
    const state = await streamState(wireOf(admin), 'KANADE_METRICS');
    await callApi(wireOf(admin), 'STREAM.UPDATE.KANADE_METRICS', { ...state?.config, max_age: 0 }, 'change a stream');
    expect(await checkBroker(backend)).toMatchObject([{ stream: 'KANADE_METRICS', setting: 'max_age' }]);
    await expect(applyBroker(backend, { maxFileBytes: broker.maxFileBytes })).rejects.toMatchObject({ code: 'denied' });
    expect(await applyBroker(admin, { maxFileBytes: broker.maxFileBytes })).toMatchObject([{ setting: 'max_age' }]);
    expect(await checkBroker(backend)).toEqual([]);
  });
});

describe("the backend's credential", () => {
  it.each(['STREAM.DELETE.KANADE_EVENTS', 'STREAM.PURGE.KANADE_OUTPUT', 'STREAM.CREATE.OTHER', 'STREAM.MSG.DELETE.KANADE_EVENTS', 'STREAM.SNAPSHOT.KANADE_EVENTS'])(
    'may not call %s',
    async (name) => {
      await expect(callApi(wireOf(backend), name, {}, 'overstep')).rejects.toMatchObject({ code: 'denied' });
    },
  );

  it("may not write an endpoint's events", async () => {
    await expect(wireOf(backend).request('kanade.events.endpoint.e1', 'x')).rejects.toThrow(/permission/i);
  });
});
