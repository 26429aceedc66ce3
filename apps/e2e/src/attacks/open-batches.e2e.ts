import type { NatsConnection } from '@nats-io/transport-node';
import { maxOpenBatches } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventListSchema, resultSchema } from '../answers.ts';
import { Installation } from '../installation.ts';
import { until } from '../until.ts';
import { leaveBatchesOpen } from './batches.ts';
import { Observer, plainClient } from './observer.ts';

const endpointSchema = z.looseObject({ name: z.string(), held: z.boolean(), hold: z.looseObject({ cause: z.string(), until: z.string().nullable() }).nullable() });
const statusSchema = z.looseObject({ endpoints: z.looseObject({ held: z.int() }) });
const acceptedSchema = z.looseObject({ executionId: z.string() });

let kanade: Installation;
let observer: Observer;
/** Whose credentials were stolen, and one of those who must not notice. */
let thief: { readonly endpointId: string; readonly natsCreds: string };
let other: string;
let stolen: NatsConnection;

const ownSubject = () => `kanade.events.endpoint.${thief.endpointId}`;
const show = (id: string) => kanade.json(endpointSchema, 'endpoint', 'show', id);
const connectAsThief = () => plainClient(kanade.runtime.natsUrl, thief.natsCreds, `_INBOX.${thief.endpointId}`);

const leaveOpen = (client: NatsConnection, count: number) => leaveBatchesOpen(client, thief.endpointId, count);

/** Asks the backend for a run, and tells how long the answer took, ms; what it stores has several events, so it wants a batch. */
async function ask(): Promise<{ readonly executionId: string; readonly ms: number }> {
  const from = performance.now();
  const body = { targets: { kind: 'endpoints', ids: [other] }, what: { kind: 'script', execute: { shell: 'sh', script: 'true' } } };
  const answer = await fetch(`${kanade.runtime.httpUrl}/api/v1/executions`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', authorization: `Bearer ${kanade.token}` } });
  expect(answer.status).toBe(201);
  return { executionId: acceptedSchema.parse(await answer.json()).executionId, ms: performance.now() - from };
}

/** Whether the events of an execution were stored in a batch. */
async function cameInABatch(executionId: string): Promise<boolean> {
  const [first] = await observer.all('KANADE_EVENTS', `kanade.events.control.execution.${executionId}`);
  return first?.headers['Nats-Batch-Id'] !== undefined;
}

beforeAll(async () => {
  kanade = await Installation.start({ endpoints: 2 });
  observer = await Observer.connect(kanade.runtime);
  const [, first, second] = kanade.runtime.agents;
  if (first === undefined || second === undefined) throw new Error('there are no simulated endpoints');
  thief = first;
  other = second.endpointId;
  stolen = await connectAsThief();
});
afterAll(async () => {
  await Promise.all([stolen.close(), observer.nc.close()]);
  await kanade.discard();
});

describe('fifty batches that are opened and never ended', () => {
  it('take nobody’s room, and whoever holds them is cut off within ten seconds and named', async () => {
    const stored = (await observer.picture())['KANADE_EVENTS']?.last[ownSubject()];
    const from = performance.now();
    await leaveOpen(stolen, 50);
    expect(await cameInABatch((await ask()).executionId)).toBe(true);
    await stolen.closed();
    expect(performance.now() - from).toBeLessThan(10_000);
    const { name, hold } = await until('it to be held', async () => {
      const shown = await show(thief.endpointId);
      return shown.held ? shown : undefined;
    });
    expect(hold).toMatchObject({ cause: 'open-batches', until: null });
    const list = (await kanade.cli('endpoint', 'list')).stdout.split('\n');
    expect(list.filter((line) => line.includes('held'))).toEqual([expect.stringContaining(name)]);
    expect((await kanade.cli('endpoint', 'show', thief.endpointId)).stdout).toContain(`kanade endpoint release ${thief.endpointId}`);
    expect((await kanade.json(statusSchema, 'status')).endpoints.held).toBe(1);
    expect((await observer.picture())['KANADE_EVENTS']?.last[ownSubject()]).toBe(stored);
  });

  it('are no more to be had for it, however often it comes back; the others work on', async () => {
    const again = await connectAsThief();
    const answers: string[] = [];
    await until('its way to be closed', async () => {
      const answer = await again.request(ownSubject(), '{}', { timeout: 2000 }).then((message) => message.string(), (error: unknown) => (error instanceof Error ? error.message : 'refused'));
      answers.push(answer);
      return /no responders/i.test(answer) || undefined;
    });
    observer.seen.length = 0;
    await leaveOpen(again, 50);
    await observer.nc.flush();
    expect(observer.seen.filter((subject) => subject === ownSubject())).toEqual([]);
    const result = await kanade.json(resultSchema, 'run', '--endpoint', other, '--', 'true');
    expect(result.runs).toMatchObject([{ state: 'succeeded' }]);
    await again.close();
  });

  it('are forgiven by whoever releases it, which the history tells with the hold', async () => {
    expect(await kanade.cli('endpoint', 'release', thief.endpointId)).toMatchObject({ code: 0 });
    const result = await kanade.json(resultSchema, 'run', '--endpoint', thief.endpointId, '--', 'true');
    expect(result.runs).toMatchObject([{ state: 'succeeded' }]);
    const { items } = await kanade.json(eventListSchema, 'event', 'list', '--endpoint', thief.endpointId, '--limit', '500');
    expect(items.map(({ type }) => type)).toEqual(expect.arrayContaining(['kanade.endpoint.held.v1', 'kanade.endpoint.released.v1']));
    expect(await show(thief.endpointId)).toMatchObject({ held: false, hold: null });
  });
});

describe('as many batches as the broker has room for', () => {
  it('make others store one event at a time, within a second', async () => {
    stolen = await connectAsThief();
    await leaveOpen(stolen, maxOpenBatches);
    // Whoever comes next waits behind what was said before, whatever that was.
    await ask();
    const { executionId, ms } = await ask();
    expect(ms).toBeLessThan(1000);
    expect(await cameInABatch(executionId)).toBe(false);
    await stolen.closed();
    await until('it to be held', async () => (await show(thief.endpointId)).held || undefined);
    await until('batches to be possible again', async () => (await cameInABatch((await ask()).executionId)) || undefined);
  });
});
