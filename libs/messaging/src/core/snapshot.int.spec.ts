import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkBroker } from '../broker/apply.ts';
import { startTestBroker } from '../testing/index.ts';
import type { TestBroker } from '../testing/index.ts';
import { mustCallApi, streamState } from '../wire/jetstream.ts';
import { connectCore, wireOf } from './connection.ts';
import { openEventLog } from './event-log.ts';
import { restoreStream, snapshotStream } from './snapshot.ts';
import { streamReader } from './stream-reader.ts';
import type { EventLog } from './types.ts';

let broker: TestBroker;
let dir: string;
beforeAll(async () => {
  broker = await startTestBroker();
  dir = mkdtempSync(join(tmpdir(), 'kanade-snapshot-'));
});
afterAll(async () => {
  await broker.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function everything(log: EventLog): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const batch of log.read({ from: 1 })) all.push(...batch.map((event) => ({ ...event, body: Buffer.from(event.body).toString() })));
  return all;
}

it('a restored stream is the same, message by message, but for its incarnation', async () => {
  const admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'admin' });
  const log = await openEventLog(admin);
  const entries = Array.from({ length: 3000 }, (_, n) => ({ subject: `kanade.events.control.job.j${n % 7}`, expectedLastSequence: 0, headers: { 'Kanade-Key': `${n}` }, body: Buffer.alloc(1000, `${n}`) }));
  await log.append(entries);
  const before = await everything(log);
  const file = join(dir, 'events');
  const summary = await snapshotStream(admin, 'KANADE_EVENTS', file);
  expect(summary).toMatchObject({ messages: 3000, lastSequence: 3000, bytes: statSync(file).size });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const read = async () => {
    for await (const batch of streamReader(admin, { stream: 'KANADE_EVENTS', fromSequence: 3001, signal: new AbortController().signal })) throw new Error(`${batch.length} events nobody wrote`);
  };
  // Who is reading the old history when it ends is told.
  const reading = expect(read()).rejects.toMatchObject({ code: 'log-damaged', damage: 'incarnation' });
  await expect(restoreStream(admin, 'KANADE_EVENTS', file)).rejects.toMatchObject({ code: 'refused' });
  await mustCallApi(wireOf(admin), 'STREAM.DELETE.KANADE_EVENTS', undefined, 'delete');
  expect(await restoreStream(admin, 'KANADE_EVENTS', file)).toEqual(summary);
  const restored = await openEventLog(admin);
  expect(await everything(restored)).toEqual(before);
  expect(restored.incarnation).not.toBe(log.incarnation);
  const state = await streamState(wireOf(admin), 'KANADE_EVENTS');
  expect(state?.config['metadata']).toMatchObject({ 'kanade.continues': `${log.incarnation}:3000`, 'kanade.restored': '3000' });
  expect(await checkBroker(admin, { maxFileBytes: broker.maxFileBytes })).toEqual([]);
  await reading;
  await admin.close();
});
