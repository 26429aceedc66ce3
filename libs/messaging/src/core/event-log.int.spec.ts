import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBroker } from '../testing/index.ts';
import type { TestBroker } from '../testing/index.ts';
import { connectCore, wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { openEventLog } from './event-log.ts';
import { streamReader } from './stream-reader.ts';
import type { AppendEntry, EventLog } from './types.ts';
import { directGet, mustCallApi } from '../wire/jetstream.ts';

let broker: TestBroker;
let backend: CoreConnection;
let admin: CoreConnection;
let log: EventLog;

beforeAll(async () => {
  broker = await startTestBroker();
  backend = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'backend' });
  admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'admin' });
  log = await openEventLog(backend);
});
afterAll(async () => {
  await Promise.all([backend.close(), admin.close()]);
  await broker.stop();
});

const newSubject = () => `kanade.events.control.job.${randomUUID()}`;
const entry = (subject: string, expectedLastSequence: number, text: string = randomUUID()): AppendEntry => ({
  subject,
  expectedLastSequence,
  headers: { 'Kanade-Key': 'k' },
  body: Buffer.from(text),
});
async function stored(entries: readonly AppendEntry[]): Promise<number[]> {
  const result = await log.append(entries);
  if (result.outcome !== 'stored') throw new Error(`not stored: ${JSON.stringify(result)}`);
  return result.sequences;
}

describe('appending by expectation', () => {
  it('stores, and gives the event back byte for byte with its headers and time', async () => {
    const subject = newSubject();
    const [sequence = 0] = await stored([entry(subject, 0, 'first')]);
    const event = await log.get(sequence);
    expect(event).toMatchObject({ sequence, subject });
    expect(event?.headers['Kanade-Key']).toBe('k');
    expect(Buffer.from(event?.body ?? []).toString()).toBe('first');
    expect(Math.abs((event?.recordedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await log.readLast(subject)).toEqual(event);
  });

  it('refuses when somebody was faster, and tells what is there', async () => {
    const subject = newSubject();
    const [sequence] = await stored([entry(subject, 0)]);
    expect(await log.append([entry(subject, 0)])).toEqual({ outcome: 'conflict', subject, lastSequence: sequence });
  });

  it('lets exactly one of ten win', async () => {
    const subject = newSubject();
    const results = await Promise.all(Array.from({ length: 10 }, () => log.append([entry(subject, 0)])));
    expect(results.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
    expect(await log.readSubject(subject)).toHaveLength(1);
  });

  it('knows its own event again when the acknowledgement was lost, even behind a later one', async () => {
    const subject = newSubject();
    const event = entry(subject, 0);
    const [sequence = 0] = await stored([event]);
    expect(await stored([event])).toEqual([sequence]);
    await stored([entry(subject, sequence)]);
    expect(await stored([event])).toEqual([sequence]);
    expect(await log.readSubject(subject)).toHaveLength(2);
  });
});

describe('appending several events', () => {
  it('stores all, one after the other, over several subjects and twice on one', async () => {
    const [first, second] = [newSubject(), newSubject()];
    const sequences = await stored([entry(first, 0), entry(second, 0), entry(first, 0)]);
    expect(sequences).toEqual([sequences[0], (sequences[0] ?? 0) + 1, (sequences[0] ?? 0) + 2]);
    expect(await log.readSubject(first)).toHaveLength(2);
  });

  it('stores none when one expectation fails, and names that subject', async () => {
    const [taken, free] = [newSubject(), newSubject()];
    const [sequence] = await stored([entry(taken, 0)]);
    expect(await log.append([entry(free, 0), entry(taken, 0)])).toEqual({ outcome: 'conflict', subject: taken, lastSequence: sequence });
    expect(await log.readLast(free)).toBeUndefined();
  });

  it('knows its own batch again', async () => {
    const batch = [entry(newSubject(), 0), entry(newSubject(), 0)];
    expect(await stored(batch)).toEqual(await stored(batch));
  });

  it('splits more than a thousand, in order, and reads them back in batches', async () => {
    const subject = newSubject();
    const sequences = await stored(Array.from({ length: 2500 }, (_, index) => entry(subject, 0, String(index))));
    expect(sequences).toHaveLength(2500);
    const bodies: string[] = [];
    for await (const batch of log.read({ from: sequences[0] ?? 0, to: sequences.at(-1) ?? 0 })) {
      expect(batch.length).toBeLessThanOrEqual(1000);
      bodies.push(...batch.map(({ body }) => Buffer.from(body).toString()));
    }
    expect(bodies).toEqual(Array.from({ length: 2500 }, (_, index) => String(index)));
    expect(await log.lastSequence()).toBe(sequences.at(-1));
  });
});

describe('reading on and on', () => {
  it('gives every event once and in order across kill -9 of the broker', async () => {
    const subject = newSubject();
    const from = (await log.lastSequence()) + 1;
    const abort = new AbortController();
    const got: number[] = [];
    const reading = (async () => {
      for await (const batch of streamReader(backend, { stream: 'KANADE_EVENTS', fromSequence: from, signal: abort.signal })) got.push(...batch.map(({ sequence }) => sequence));
    })();
    const first = await stored(Array.from({ length: 1500 }, () => entry(subject, 0)));
    await expect.poll(() => got.length, { timeout: 10_000 }).toBe(1500);
    const [live = 0] = await stored([entry(subject, first.at(-1) ?? 0)]);
    await expect.poll(() => got.at(-1), { interval: 5 }).toBe(live);
    const disconnected = new Promise<void>((resolve) => backend.onDisconnect(resolve));
    await broker.kill();
    await disconnected;
    await expect(log.append([entry(subject, live)])).rejects.toMatchObject({ code: 'disconnected', retryable: true });
    const back = new Promise<void>((resolve) => backend.onReconnect(resolve));
    await broker.restart();
    await back;
    await expect.poll(() => admin.connected, { timeout: 10_000 }).toBe(true);
    const asked = performance.now();
    const [after = 0] = await stored([entry(subject, live)]);
    await expect.poll(() => got.at(-1), { timeout: 10_000, interval: 5 }).toBe(after);
    expect(performance.now() - asked).toBeLessThan(1500);
    expect(got).toEqual(Array.from({ length: 1502 }, (_, index) => from + index));
    abort.abort();
    await reading;
  });

  it('goes on when its consumer is deleted under it', async () => {
    const subject = newSubject();
    const abort = new AbortController();
    const got: number[] = [];
    const from = (await log.lastSequence()) + 1;
    const reading = (async () => {
      for await (const batch of streamReader(backend, { stream: 'KANADE_EVENTS', fromSequence: from, signal: abort.signal })) got.push(...batch.map(({ sequence }) => sequence));
    })();
    const [one = 0] = await stored([entry(subject, 0)]);
    await expect.poll(() => got.at(-1)).toBe(one);
    const names = await mustCallApi(wireOf(admin), 'CONSUMER.NAMES.KANADE_EVENTS', {}, 'list');
    expect(names['consumers']).toHaveLength(1);
    for (const name of Array.isArray(names['consumers']) ? names['consumers'] : []) await mustCallApi(wireOf(admin), `CONSUMER.DELETE.KANADE_EVENTS.${String(name)}`, undefined, 'delete');
    const [two] = await stored([entry(subject, one)]);
    await expect.poll(() => got.at(-1), { timeout: 15_000 }).toBe(two);
    abort.abort();
    await reading;
  });

  it('refuses a place the stream has never reached', async () => {
    const read = async () => {
      for await (const _ of streamReader(backend, { stream: 'KANADE_EVENTS', fromSequence: 1_000_000, signal: new AbortController().signal })) return;
    };
    await expect(read()).rejects.toMatchObject({ code: 'log-damaged', damage: 'rewound', retryable: false });
  });

  it('refuses a hole in the record', async () => {
    const last = await log.lastSequence();
    await stored([entry(newSubject(), 0), entry(newSubject(), 0)]);
    const state = await mustCallApi(wireOf(admin), 'STREAM.INFO.KANADE_EVENTS', undefined, 'look');
    // What bit rot does, done with the one setting that still drops a prefix.
    await mustCallApi(wireOf(admin), 'STREAM.UPDATE.KANADE_EVENTS', { ...Object(state['config']), max_age: 1_000_000_000, duplicate_window: 1_000_000_000 }, 'age');
    await expect.poll(async () => directGet(wireOf(admin), 'KANADE_EVENTS', { seq: last }), { timeout: 10_000 }).toBeUndefined();
    const read = async () => {
      for await (const _ of streamReader(backend, { stream: 'KANADE_EVENTS', fromSequence: last, signal: new AbortController().signal })) return;
    };
    await expect(read()).rejects.toMatchObject({ code: 'log-damaged', damage: 'gap' });
  });
});

describe('a broker that is full', () => {
  it('says so, and the record stays readable', async () => {
    const small = await startTestBroker({ maxFileBytes: 8 * 1024 * 1024 });
    const core = await connectCore({ url: small.url, credsFile: small.backendCreds, name: 'backend' });
    const smallLog = await openEventLog(core);
    const big = Buffer.alloc(500_000, 'x');
    const fill = async () => {
      for (let n = 0; n < 10; n += 1) await smallLog.append([{ ...entry(newSubject(), 0), body: big }]);
    };
    await expect(fill()).rejects.toMatchObject({ code: 'storage-full', retryable: true });
    expect(await smallLog.get(1)).toBeDefined();
    await core.close();
    await small.stop();
  });
});
