import { randomUUID } from 'node:crypto';
import { subjects } from '@kanade/contracts';
import { MessagingError, sha256Hex } from '@kanade/messaging';
import { connectAsEndpoint } from '@kanade/messaging/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent, makeKeys, makeToken } from '../fake-agent.spec-kit.ts';
import { connectionsOfOne, connectionsOfToken } from './connection-warden.ts';

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
const isClosed = (agent: FakeAgent) => eventually(() => append(agent).then(() => undefined, (error: unknown) => (error instanceof MessagingError ? error : undefined)), 'its way to be closed');

/** An endpoint, and what a thief would have of it. */
async function enrolled(name: string) {
  const keys = makeKeys();
  const agent = await FakeAgent.enrol(backend, name, {}, keys);
  const answer = await agent.renew(true);
  const jwt = 'credentials' in answer ? (answer.credentials?.jwt ?? '') : '';
  return { agent, stolen: { endpointId: agent.endpointId, credentials: { jwt, seed: keys.nkey.seed } } };
}

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
    const { agent: thief, stolen } = await enrolled('thief');
    const other = await FakeAgent.enrol(backend, 'other');
    const plain = await connectAsEndpoint(installation.broker, stolen);
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

describe('an endpoint that opens many connections at once', () => {
  it('has them all cut, is held and named; one that comes back again and again is not', async () => {
    const { agent: thief, stolen } = await enrolled('many-lines');
    const restless = await FakeAgent.enrol(backend, 'restless');
    for (let n = 0; n < 2 * connectionsOfOne; n += 1) await restless.connection.reconnect();
    const plain = await Promise.all(Array.from({ length: connectionsOfOne }, () => connectAsEndpoint(installation.broker, stolen)));
    await Promise.all(plain.map((each) => each.closed()));
    expect(await held(thief.endpointId)).toMatchObject({ hold: { cause: 'connections', detail: 'it had more than 8 connections open at once', until: null } });
    expect(await endpoint(restless.endpointId)).toMatchObject({ held: false, hold: null });
    await append(restless);
    // Nor may it keep them once it is held.
    const again = await Promise.all(Array.from({ length: connectionsOfOne + 1 }, () => connectAsEndpoint(installation.broker, stolen)));
    await Promise.all(again.map((each) => each.closed()));
    expect(backend.logged.filter((line) => line.includes('too many connections') && line.includes(thief.endpointId))).toHaveLength(1);
    await Promise.all([thief.close(), restless.close()]);
  });

  it('is not who enrols many machines by one token, unless they are very many', async () => {
    const { jwt, tokenId } = await makeToken(backend, { maxUses: 1000 });
    const connect = () => connectAsEndpoint(installation.broker, { endpointId: `enrol.${tokenId}`, credentials: { jwt, seed: '' } });
    const some = await Promise.all(Array.from({ length: connectionsOfToken }, connect));
    await Promise.all(some.map((each) => each.flush()));
    const last = await connect();
    await Promise.all([...some, last].map((each) => each.closed()));
  });
});

it('an asker that is refused again and again is logged once in a minute', async () => {
  const { agent, stolen } = await enrolled('asks-nonsense');
  const plain = await connectAsEndpoint(installation.broker, stolen);
  const refused = () => backend.logged.filter((line) => line.includes('an endpoint was refused') && line.includes('bad-request')).length;
  const before = refused();
  for (let n = 0; n < 20; n += 1) expect(await plain.requestBlock(subjects.renew(agent.endpointId), '{}', Buffer.from('NATS/1.0\r\n\r\n'))).toContain('bad-request');
  expect(refused()).toBe(before + 1);
  await Promise.all([plain.close(), agent.close()]);
});
