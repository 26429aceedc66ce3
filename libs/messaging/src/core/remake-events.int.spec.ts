import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyBroker, checkBroker } from '../broker/apply.ts';
import { startTestBroker } from '../testing/index.ts';
import type { TestBroker } from '../testing/index.ts';
import { streamState } from '../wire/jetstream.ts';
import { connectCore, wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { openEventLog } from './event-log.ts';
import { remakeEvents } from './remake-events.ts';

let broker: TestBroker;
let admin: CoreConnection;
beforeAll(async () => {
  broker = await startTestBroker();
  admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'admin' });
});
afterAll(async () => {
  await admin.close();
  await broker.stop();
});

const entry = { subject: 'kanade.events.control.job.j1', expectedLastSequence: 0, headers: {}, body: Buffer.from('{}') };

it('a history made anew goes on behind what is kept, has nothing before, and is as the table says, also after a restart', async () => {
  const before = await openEventLog(admin);
  await before.append([entry]);
  const wanted = { incarnation: '0badcafe', continues: { incarnation: before.incarnation, sequence: 41 }, maxFileBytes: broker.maxFileBytes };
  await remakeEvents(admin, wanted);
  // As after a crash before anybody knew that it was done.
  await remakeEvents(admin, wanted);
  expect(await checkBroker(admin, { maxFileBytes: broker.maxFileBytes })).toEqual([]);
  await broker.kill();
  await broker.restart();
  await expect.poll(() => admin.connected, { timeout: 20_000 }).toBe(true);
  expect(await applyBroker(admin, { maxFileBytes: broker.maxFileBytes })).toEqual([]);
  const log = await openEventLog(admin);
  expect([log.incarnation, log.restoredAt, await log.lastSequence()]).toEqual(['0badcafe', 41, 41]);
  expect(await log.append([entry])).toEqual({ outcome: 'stored', sequences: [42] });
  expect((await streamState(wireOf(admin), 'KANADE_EVENTS'))?.config['metadata']).toMatchObject({ 'kanade.continues': `${before.incarnation}:41`, 'kanade.dropped': '41' });
});
