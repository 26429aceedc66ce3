import { randomUUID } from 'node:crypto';
import { subjects } from '@kanade/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { issueAgentJwt, issueEnrolmentJwt, issueRenewalJwt } from '../broker/users.ts';
import { loadBrokerKeys } from '../broker/keys.ts';
import { connectCore } from '../core/connection.ts';
import type { CoreConnection } from '../core/connection.ts';
import { openCommandQueue } from '../core/command-queue.ts';
import { openOutputStore, openPrivateParts } from '../core/erasable.ts';
import { ask, subscribeLiveOutput, subscribePresence } from '../core/live.ts';
import { respondEnrol, respondRenew } from '../core/responders.ts';
import { connectSystem, listConnectedNkeys, subscribeConnectionEvents } from '../core/system.ts';
import { generateNkey } from '../crypto/nkey.ts';
import { readJwt } from '../crypto/jwt.ts';
import { issueTestEndpoint, startTestBroker } from '../testing/index.ts';
import type { TestBroker, TestEndpoint } from '../testing/index.ts';
import { connectAgent } from './connection.ts';
import { enrolWithToken, askOnce } from './enrol.ts';
import type { AgentConnection } from './types.ts';
import type { ConnectionEvent } from '../core/types.ts';

let broker: TestBroker;
let backend: CoreConnection;
const open: { close(): Promise<void> }[] = [];
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (body: Uint8Array | undefined): string => Buffer.from(body ?? []).toString();

beforeAll(async () => {
  broker = await startTestBroker();
  backend = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'backend' });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});
afterAll(async () => {
  await backend.close();
  await broker.stop();
});

async function agent(endpoint: TestEndpoint = issueTestEndpoint(broker, randomUUID()), url = broker.url): Promise<AgentConnection> {
  const connection = await connectAgent({ urls: [url], credentials: () => endpoint.credentials, endpointId: endpoint.endpointId, ca: null });
  open.push(connection);
  return connection;
}
const event = (content: string) => ({ headers: { 'Kanade-Epoch': '1' }, body: bytes(content) });

describe('an agent and its events', () => {
  it('appends in order, singly and in batches, and reads its last event', async () => {
    const connection = await agent();
    const few = await connection.appendEvents([event('1'), event('2')], 0);
    expect(few.outcome).toBe('stored');
    const many = await connection.appendEvents(Array.from({ length: 1500 }, (_, n) => event(String(n + 3))), few.outcome === 'stored' ? few.lastSequence : 0);
    const last = await connection.readLastEvent();
    expect(text(last?.body)).toBe('1502');
    expect(last?.headers['Kanade-Epoch']).toBe('1');
    expect(many).toEqual({ outcome: 'stored', lastSequence: last?.sequence });
  });

  it('finds how far an earlier try came, and goes on from there', async () => {
    const connection = await agent();
    const events = Array.from({ length: 5 }, () => event(randomUUID()));
    await connection.appendEvents(events.slice(0, 3), 0);
    const result = await connection.appendEvents(events, 0);
    const last = await connection.readLastEvent();
    expect(result).toEqual({ outcome: 'stored', lastSequence: last?.sequence });
    expect(await connection.appendEvents(events, 0)).toEqual(result);
  });

  it('tells when somebody with its identity was there first', async () => {
    const endpoint = issueTestEndpoint(broker, randomUUID());
    const [original, clone] = [await agent(endpoint), await agent(endpoint)];
    await original.appendEvents([event('mine')], 0);
    const result = await clone.appendEvents([event('also mine')], 0);
    expect(result.outcome).toBe('conflict');
    expect(text(result.outcome === 'conflict' ? result.last?.body : undefined)).toBe('mine');
  });

  it('works by WebSocket too', async () => {
    const connection = await agent(undefined, broker.wsUrl);
    expect(connection.connected).toBe(true);
    expect((await connection.appendEvents([event('by websocket')], 0)).outcome).toBe('stored');
  });
});

describe('what an agent stores and shows', () => {
  it('stores each chunk of output once', async () => {
    const connection = await agent();
    const chunk = (n: number) => ({ runId: 'r1', stream: 'stdout' as const, chunk: n, headers: {}, body: bytes(`c${n}\n`) });
    for (const n of [0, 1, 1, 0, 2]) await connection.publishOutput(chunk(n));
    const read: string[] = [];
    for await (const stored of openOutputStore(backend).read(connection.endpointId, 'r1', 'stdout')) read.push(text(stored.body));
    expect(read).toEqual(['c0\n', 'c1\n', 'c2\n']);
  });

  it('has private parts beside it, which can be erased', async () => {
    const parts = openPrivateParts(backend);
    const subject = subjects.controlPrivate(randomUUID());
    await parts.put(subject, bytes('private'));
    expect(text(await parts.get(subject))).toBe('private');
    expect(await parts.erase(subject)).toBe(true);
    expect(await parts.get(subject)).toBeUndefined();
    expect(await parts.erase(subject)).toBe(false);
  });

  it('beats, shows output and answers questions', async () => {
    const connection = await agent();
    const seen: string[] = [];
    const stops = [
      subscribePresence(backend, (id, { body }) => seen.push(`${id} ${text(body)}`)),
      subscribeLiveOutput(backend, ({ endpointId, runId, stream }, { body }) => seen.push(`${endpointId} ${runId} ${stream} ${text(body)}`)),
    ];
    await backend.ping();
    connection.publishBeat(bytes('beat'));
    connection.publishLive('r1', 'stderr', {}, bytes('line'));
    await expect.poll(() => seen).toEqual([`${connection.endpointId} beat`, `${connection.endpointId} r1 stderr line`]);
    const { endpointId } = connection;
    const question = { endpointId, question: 'ping', headers: {}, body: bytes('you there?'), timeoutMs: 2000 };
    expect(await ask(backend, question)).toBeUndefined();
    connection.answerAsks((name, { body }) => Promise.resolve(bytes(`${name}: ${text(body)}`)));
    await expect.poll(async () => text(await ask(backend, question))).toBe('ping: you there?');
    for (const { stop } of stops) stop();
  });
});

describe('commands', () => {
  it('wait for an agent that is away, come in order, expire, and can be withdrawn', async () => {
    const endpoint = issueTestEndpoint(broker, randomUUID());
    const queue = openCommandQueue(backend);
    expect(await queue.ensureConsumers([endpoint.endpointId])).toBe(1);
    expect(await queue.ensureConsumers([endpoint.endpointId])).toBe(0);
    await queue.ensureConsumer(endpoint.endpointId);
    const command = (body: string, ttlSeconds = 60) => ({ endpointId: endpoint.endpointId, body: bytes(body), headers: { 'Kanade-Key': 'k' }, ttlSeconds, messageId: `${endpoint.endpointId}-${body}` });
    const sequences = await queue.publish(['a', 'b', 'c', 'd'].map((body) => command(body)));
    const [brief = 0] = await queue.publish([command('brief', 1)]);
    expect(await queue.publish([command('a')])).toEqual([sequences[0]]);
    expect(await queue.delete([sequences[1] ?? 0])).toEqual([true]);
    expect(await queue.delete([sequences[1] ?? 0])).toEqual([false]);
    await expect.poll(() => queue.get(brief), { timeout: 5000 }).toBeUndefined();
    const got: string[] = [];
    let drainedAfter = -1;
    const connection = await agent(endpoint);
    connection.consumeCommands({
      onCommand: (message) => {
        got.push(`${message.sequence} ${text(message.body)} ${message.headers['Kanade-Key']}`);
        message.ack();
        return Promise.resolve();
      },
      onDrained: () => (drainedAfter = got.length),
    });
    await expect.poll(() => drainedAfter).toBe(3);
    expect(got).toEqual([0, 2, 3].map((n) => `${sequences[n]} ${'abcd'[n]} k`));
  });

  it('are consumed again at once after kill -9 of the broker', async () => {
    const endpoint = issueTestEndpoint(broker, randomUUID());
    const queue = openCommandQueue(backend);
    await queue.ensureConsumer(endpoint.endpointId);
    const connection = await agent(endpoint);
    const got: string[] = [];
    let drains = 0;
    connection.consumeCommands({
      onCommand: (message) => {
        got.push(text(message.body));
        message.ack();
        return Promise.resolve();
      },
      onDrained: () => (drains += 1),
    });
    await expect.poll(() => drains).toBe(1);
    const send = (body: string) => queue.publish([{ endpointId: endpoint.endpointId, body: bytes(body), headers: {}, ttlSeconds: 60, messageId: randomUUID() }]);
    await send('before');
    await expect.poll(() => got, { interval: 5 }).toEqual(['before']);
    const away = new Promise<void>((resolve) => connection.onDisconnect(resolve));
    await broker.kill();
    await away;
    const back = Promise.all([new Promise<void>((resolve) => connection.onConnect(resolve)), new Promise<void>((resolve) => backend.onReconnect(resolve))]);
    await broker.restart();
    await back;
    const sent = performance.now();
    await send('after');
    // An acknowledgement just given may be lost with the broker, so that `before` comes again: the ledger's business.
    await expect.poll(() => got.at(-1), { interval: 5, timeout: 10_000 }).toBe('after');
    expect(performance.now() - sent).toBeLessThan(1000);
  });
});

describe('a connection that is closed', () => {
  it('leaves nothing behind that goes on trying', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const connection = await agent();
    const before = timers();
    for (let consumer = 0; consumer < 20; consumer += 1) connection.consumeCommands({ onCommand: () => Promise.resolve() });
    await connection.close();
    await expect.poll(timers, { timeout: 5000 }).toBeLessThanOrEqual(before + 10);
  });
});

describe('identity', () => {
  it('is enrolled with a token, connects, renews, and comes back with the renewal JWT alone', async () => {
    const keys = loadBrokerKeys(broker.keysDir);
    const endpointId = randomUUID();
    const nkey = generateNkey('user');
    const told: unknown[] = [];
    const stops = [
      respondEnrol(backend, ({ tokenId, body }) => {
        told.push(tokenId);
        const user = { endpointId, nkey: text(body) };
        return Promise.resolve(bytes(JSON.stringify([issueAgentJwt(keys, user), issueRenewalJwt(keys, user)])));
      }),
      respondRenew(backend, (call) => {
        told.push([call.endpointId, call.userNkey, call.identity.issuerKey]);
        return Promise.resolve(bytes(issueAgentJwt(keys, { endpointId: call.endpointId, nkey: call.userNkey })));
      }),
    ];
    await backend.ping();
    const jwt = issueEnrolmentJwt(keys, { tokenId: 'token-1', nkey: generateNkey('user').publicKey, expiresAt: Date.now() + 60_000 });
    const answer: unknown = JSON.parse(text(await enrolWithToken({ urls: [broker.url], jwt, tokenId: 'token-1', ca: null }, bytes(nkey.publicKey))));
    const [agentJwt, renewalJwt] = Array.isArray(answer) ? answer.map(String) : [];
    const credentials = { jwt: agentJwt ?? '', seed: nkey.seed };
    const connection = await agent({ endpointId, nkey, credentials, renewal: credentials });
    expect(connection.connected).toBe(true);
    expect(readJwt(text(await connection.renew(bytes('{}')))).name).toBe(endpointId);
    const options = { urls: [broker.url], credentials: () => ({ jwt: renewalJwt ?? '', seed: nkey.seed }), endpointId, ca: null };
    expect(readJwt(text(await askOnce(options, bytes('{}')))).sub).toBe(nkey.publicKey);
    expect(told).toEqual(['token-1', [endpointId, nkey.publicKey, keys.agentSigner.publicKey], [endpointId, nkey.publicKey, keys.renewSigner.publicKey]]);
    // The renewal JWT may do nothing else.
    const drawer = await connectAgent(options);
    open.push(drawer);
    await expect(drawer.appendEvents([event('x')], 0)).rejects.toMatchObject({ code: 'denied' });
    for (const { stop } of stops) stop();
  });

  it.each(['control', 'enrol', '*', '>', 'A', 'a.b', ''])('is not issued for the id %j', (endpointId) => {
    const keys = loadBrokerKeys(broker.keysDir);
    expect(() => issueAgentJwt(keys, { endpointId, nkey: generateNkey('user').publicKey })).toThrow(RangeError);
  });

  it('is refused once expired, and let in again with a new JWT, by itself', async () => {
    const brief = issueTestEndpoint(broker, randomUUID(), 2000);
    let credentials = brief.credentials;
    const connection = await connectAgent({ urls: [broker.url], credentials: () => credentials, endpointId: brief.endpointId, ca: null });
    open.push(connection);
    expect(connection.connected).toBe(true);
    await expect.poll(() => connection.connected, { timeout: 6000 }).toBe(false);
    // Long enough for several refusals in a row, after which the client library alone would have given up.
    await expect.poll(() => connection.lastFailure?.code, { timeout: 6000 }).toBe('denied');
    const keys = loadBrokerKeys(broker.keysDir);
    credentials = { jwt: issueAgentJwt(keys, { endpointId: brief.endpointId, nkey: brief.nkey.publicKey }), seed: brief.nkey.seed };
    await expect.poll(() => connection.connected, { timeout: 8000 }).toBe(true);
    let connects = 0;
    connection.onConnect(() => (connects += 1));
    await connection.reconnect();
    expect(connects).toBe(2);
    expect((await connection.appendEvents([event('still here')], 0)).outcome).toBe('stored');
  });

  it('is seen by the broker itself to come and go', async () => {
    const system = await connectSystem({ url: broker.url, credsFile: broker.sysCreds, name: 'system' });
    open.push(system);
    const events: ConnectionEvent[] = [];
    const watching = subscribeConnectionEvents(system, (seen) => events.push(seen));
    await listConnectedNkeys(system);
    const endpoint = issueTestEndpoint(broker, randomUUID());
    const connection = await agent(endpoint);
    const mine = () => events.filter(({ nkey }) => nkey === endpoint.nkey.publicKey).map(({ kind, reason }) => [kind, reason]);
    await expect.poll(mine).toEqual([['connect', null]]);
    expect((await listConnectedNkeys(system)).has(endpoint.nkey.publicKey)).toBe(true);
    await connection.close();
    await expect.poll(mine).toEqual([['connect', null], ['disconnect', 'Client Closed']]);
    expect((await listConnectedNkeys(system)).has(endpoint.nkey.publicKey)).toBe(false);
    watching.stop();
  });
});
