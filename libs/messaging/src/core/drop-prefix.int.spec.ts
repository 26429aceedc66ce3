import { afterEach, beforeEach, expect, it } from 'vitest';
import { applyBroker, checkBroker } from '../broker/apply.ts';
import { startTestBroker } from '../testing/index.ts';
import type { TestBroker } from '../testing/index.ts';
import { callApi, mustCallApi, streamState } from '../wire/jetstream.ts';
import { connectCore, wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { dropPrefix } from './drop-prefix.ts';
import { openEventLog } from './event-log.ts';
import type { EventLog } from './types.ts';

let broker: TestBroker;
let admin: CoreConnection;
let backend: CoreConnection;
let log: EventLog;

beforeEach(async () => {
  broker = await startTestBroker();
  admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'admin' });
  backend = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'backend' });
  log = await openEventLog(backend);
});
afterEach(async () => {
  await admin.close();
  await backend.close();
  await broker.stop();
});

const entries = (count: number, job = 'a') =>
  Array.from({ length: count }, (_, n) => ({ subject: `kanade.events.control.job.${job}${n % 7}`, expectedLastSequence: 0, headers: {}, body: Buffer.from(`${n}`) }));

const firstAndLast = async () => {
  const state = await streamState(wireOf(admin), 'KANADE_EVENTS');
  return [state?.firstSequence, state?.lastSequence];
};

/** Writes one event after the other, each to a subject of its own, until the signal aborts; an event that was not taken in is tried again. */
async function write(name: string, signal: AbortSignal): Promise<number> {
  let stored = 0;
  while (!signal.aborted) {
    const entry = { subject: `kanade.events.control.job.${name}${stored}`, expectedLastSequence: 0, headers: {}, body: Buffer.from('w') };
    const result = await log.append([entry]).catch((error: unknown) => {
      expect(error).toMatchObject({ retryable: true });
      return undefined;
    });
    if (result?.outcome === 'stored') stored += 1;
  }
  return stored;
}

it('takes out exactly what it was asked to, while others write', async () => {
  await log.append(entries(3000));
  const ending = new AbortController();
  const writers = ['v', 'w'].map((name) => write(name, ending.signal));
  for (const upTo of [500, 1000, 1500, 2000, 2500]) {
    expect(await dropPrefix(admin, upTo)).toEqual({ dropped: 500, firstSequence: upTo + 1 });
  }
  ending.abort();
  const stored = await Promise.all(writers);
  expect(await firstAndLast()).toEqual([2501, 3000 + stored.reduce((sum, count) => sum + count, 0)]);
  expect(await checkBroker(admin, { maxFileBytes: broker.maxFileBytes })).toEqual([]);
  expect(await dropPrefix(admin, 2500)).toEqual({ dropped: 0, firstSequence: 2501 });
});

it('leaves something, and is refused to the backend', async () => {
  await log.append(entries(10));
  await expect(dropPrefix(admin, 10)).rejects.toMatchObject({ code: 'invalid' });
  await expect(dropPrefix(backend, 5)).rejects.toMatchObject({ code: 'denied' });
  expect(await firstAndLast()).toEqual([1, 10]);
  expect(await checkBroker(admin, { maxFileBytes: broker.maxFileBytes })).toEqual([]);
});

/** Leaves the stream as a drop does that is killed before it opens it again. */
async function stopHalfWay(): Promise<void> {
  await log.append(entries(100));
  const state = await streamState(wireOf(admin), 'KANADE_EVENTS');
  await mustCallApi(wireOf(admin), 'STREAM.UPDATE.KANADE_EVENTS', { ...state?.config, subjects: ['kanade.closed.events'], discard: 'old', max_msgs: 60 }, 'stop half-way');
  await expect(log.append(entries(1, 'b'))).rejects.toMatchObject({ code: 'unavailable', retryable: true });
}

it('a stream that was left closed half-way loses nothing more, and is opened by the next start', async () => {
  await stopHalfWay();
  await broker.kill();
  await broker.restart();
  await expect.poll(() => admin.connected && backend.connected, { timeout: 20_000 }).toBe(true);
  await expect(log.append(entries(1, 'b'))).rejects.toMatchObject({ code: 'unavailable' });
  expect(await checkBroker(backend)).toMatchObject([{ setting: 'max_msgs' }, { setting: 'discard' }, { setting: 'subjects' }]);
  await applyBroker(admin, { maxFileBytes: broker.maxFileBytes });
  expect(await checkBroker(backend)).toEqual([]);
  expect(await log.append(entries(1, 'b'))).toEqual({ outcome: 'stored', sequences: [101] });
  expect(await firstAndLast()).toEqual([41, 101]);
});

it.each([30, 50])('a stream that was left closed half-way is opened by the next drop, up to %i', async (upTo) => {
  await stopHalfWay();
  expect(await dropPrefix(admin, upTo)).toEqual({ dropped: Math.max(0, upTo - 40), firstSequence: Math.max(41, upTo + 1) });
  expect(await checkBroker(admin, { maxFileBytes: broker.maxFileBytes })).toEqual([]);
  expect(await log.append(entries(1, 'b'))).toEqual({ outcome: 'stored', sequences: [101] });
});

it('a subject all of whose events went is one that nobody has written to', async () => {
  await log.append(entries(100));
  await log.append(entries(20, 'b'));
  await dropPrefix(admin, 100);
  expect(await log.append([{ subject: 'kanade.events.control.job.a1', expectedLastSequence: 93, headers: {}, body: Buffer.from('x') }])).toEqual({ outcome: 'conflict', subject: 'kanade.events.control.job.a1', lastSequence: 0 });
  expect(await log.append([{ subject: 'kanade.events.control.job.a1', expectedLastSequence: 0, headers: {}, body: Buffer.from('x') }])).toEqual({ outcome: 'stored', sequences: [121] });
  await expect(callApi(wireOf(backend), 'STREAM.UPDATE.KANADE_EVENTS', {}, 'overstep')).rejects.toMatchObject({ code: 'denied' });
});
