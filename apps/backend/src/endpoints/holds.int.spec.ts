import { randomUUID } from 'node:crypto';
import { subjects } from '@kanade/contracts';
import { sha256Hex } from '@kanade/messaging';
import { connectAsEndpoint } from '@kanade/messaging/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent, makeKeys } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend({ KANADE_EVENTS_PER_DAY: '100', KANADE_EVENT_BYTES_PER_DAY: '200000' });
});
afterAll(() => installation.stop());

const endpoint = async (id: string) => (await backend.call('GET', `/endpoints/${id}`)).body;
const refusal = { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } };
const append = (agent: FakeAgent, message = 'Too late.') => agent.append('kanade.command.refused.v1', { ...refusal, reason: { code: 'expired', message } });
const held = (id: string) => eventually(async () => ((await endpoint(id))['held'] === true ? endpoint(id) : undefined), 'it to be held');
const eventTypes = async (id: string) =>
  z.array(z.looseObject({ type: z.string() })).parse((await backend.call('GET', `/events?endpointId=${id}&limit=500`)).body['items']).map(({ type }) => type);
const isClosed = (agent: FakeAgent) => eventually(() => append(agent).then(() => undefined, (error: unknown) => (error instanceof Error ? error : undefined)), 'its way to be closed');

describe('an endpoint over its budget of events', () => {
  it('is held and said to be, alone, until an operator releases it; then it begins anew', async () => {
    const [loud, calm] = [await FakeAgent.enrol(backend, 'loud'), await FakeAgent.enrol(backend, 'calm')];
    for (let n = 0; n < 101; n += 1) await append(loud);
    const view = await held(loud.endpointId);
    const midnight = new Date((Math.floor(Date.now() / 86_400_000) + 1) * 86_400_000).toISOString();
    expect(view).toMatchObject({ standing: 'active', hold: { cause: 'event-budget', detail: '101 events today; 100 are allowed', until: midnight } });
    expect(await isClosed(loud)).toMatchObject({ code: 'unavailable', retryable: true });
    await append(calm);
    expect(await endpoint(calm.endpointId)).toMatchObject({ held: false, hold: null });
    expect((await backend.call('GET', '/status')).body).toMatchObject({ endpoints: { held: 1 } });
    const metrics = await backend.request('GET', '/metrics', undefined, { authorization: `Bearer ${await backend.token()}` });
    expect(metrics.body['text']).toMatch(/^kanade_endpoints_held 1$/m);
    const list = z.array(z.looseObject({ id: z.string(), held: z.boolean() })).parse((await backend.call('GET', '/endpoints?limit=500')).body['items']);
    expect(list.filter((each) => each.held).map(({ id }) => id)).toEqual([loud.endpointId]);
    // Its way for everything else is open.
    expect(await loud.renew(false)).toMatchObject({ credentials: null });
    const answer = await backend.call('POST', `/endpoints/${loud.endpointId}/release`);
    expect(answer.status).toBe(202);
    await loud.openEpoch();
    await eventually(() => append(loud).then(() => true, () => loud.openEpoch().then(() => undefined)), 'its way to be open');
    expect(await endpoint(loud.endpointId)).toMatchObject({ held: false, hold: null });
    expect(await eventTypes(loud.endpointId)).toEqual(expect.arrayContaining(['kanade.endpoint.held.v1', 'kanade.endpoint.released.v1']));
    expect((await backend.call('POST', '/endpoints/nobody/release')).status).toBe(404);
    await Promise.all([loud.close(), calm.close()]);
  });

  it('is held for their size too, and released by itself the next day', async () => {
    const agent = await FakeAgent.enrol(backend, 'wordy');
    const large = { headers: { 'X-Large': 'x'.repeat(60_000) }, body: Buffer.from('not an event') };
    await agent.connection.appendEvents([large, large, large, large], 0);
    expect(await held(agent.endpointId)).toMatchObject({ hold: { cause: 'byte-budget', detail: expect.stringContaining('200000 are allowed') } });
    expect(await isClosed(agent)).toMatchObject({ code: 'unavailable' });
    backend.clock.advance(86_400_000);
    await eventually(async () => ((await endpoint(agent.endpointId))['held'] === false ? true : undefined), 'its release');
    await agent.openEpoch();
    await eventually(() => append(agent).then(() => true, () => agent.openEpoch().then(() => undefined)), 'its way to be open');
    await agent.close();
  });
});

describe('an endpoint that opens fifty batches and ends none', () => {
  it('is cut off within ten seconds, named, and not let through until somebody says so', async () => {
    const keys = makeKeys();
    const [thief, other] = [await FakeAgent.enrol(backend, 'thief', {}, keys), await FakeAgent.enrol(backend, 'other')];
    const answer = await thief.renew(true);
    const jwt = 'credentials' in answer ? (answer.credentials?.jwt ?? '') : '';
    const plain = await connectAsEndpoint(installation.broker, { endpointId: thief.endpointId, credentials: { jwt, seed: keys.nkey.seed } });
    const from = Date.now();
    for (let n = 0; n < 50; n += 1) plain.publish(subjects.endpointEvents(thief.endpointId), '{}', { 'Nats-Batch-Id': randomUUID(), 'Nats-Batch-Sequence': '1' });
    await append(other);
    const entries = Array.from({ length: 20 }, () => ({ headers: {}, body: Buffer.from(sha256Hex(randomUUID())) }));
    expect(await other.connection.appendEvents(entries, (await other.connection.readLastEvent())?.sequence ?? 0)).toMatchObject({ outcome: 'stored' });
    await plain.closed();
    expect(Date.now() - from).toBeLessThan(10_000);
    expect(await held(thief.endpointId)).toMatchObject({ hold: { cause: 'open-batches', until: null } });
    expect(await endpoint(other.endpointId)).toMatchObject({ held: false });
    expect(await isClosed(thief)).toMatchObject({ retryable: true });
    expect(backend.logged.some((line) => line.includes('leaves batches open') && line.includes(thief.endpointId))).toBe(true);
    await Promise.all([thief.close(), other.close()]);
  });
});
