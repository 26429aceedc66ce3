import { randomUUID } from 'node:crypto';
import { subjects } from '@kanade/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectAgent } from '../agent/connection.ts';
import type { AgentConnection } from '../agent/types.ts';
import { maxOpenBatches, writeBrokerConfig } from '../broker/config.ts';
import { loadBrokerKeys } from '../broker/keys.ts';
import { issueTestEndpoint, startTestBroker } from '../testing/index.ts';
import type { TestBroker, TestEndpoint } from '../testing/index.ts';
import { openWire } from '../wire/connect.ts';
import { toHeaders } from '../wire/jetstream.ts';
import { OpenBatches, watchOpenBatches } from './batch-watch.ts';
import { connectCore, wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { openEventLog } from './event-log.ts';
import { kickConnections, pushGates } from './gates.ts';
import { openCommandQueue } from './command-queue.ts';
import { connectSystem } from './system.ts';
import type { SystemConnection } from './system.ts';

let broker: TestBroker;
let system: SystemConnection;
let core: CoreConnection;
const open: AgentConnection[] = [];

beforeAll(async () => {
  broker = await startTestBroker();
  system = await connectSystem({ url: broker.url, credsFile: broker.sysCreds, name: 'test' });
  core = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'test' });
});
afterEach(() => gates());
afterAll(async () => {
  await Promise.all(open.map((connection) => connection.close()));
  await Promise.all([system.close(), core.close()]);
  await broker.stop();
});

const gates = (closed: readonly string[] = [], allClosed = false) => pushGates(system, loadBrokerKeys(broker.keysDir).operator, { closed: new Set(closed), allClosed });

async function connect({ endpointId, credentials }: TestEndpoint): Promise<AgentConnection> {
  const connection = await connectAgent({ urls: [broker.url], credentials: () => credentials, endpointId, ca: null });
  open.push(connection);
  return connection;
}

const events = (count: number) => Array.from({ length: count }, (_, index) => ({ headers: {}, body: Buffer.from(`{"n":${index},"id":"${randomUUID()}"}`) }));
const append = (agent: AgentConnection, count = 1, expected = 0) => agent.appendEvents(events(count), expected);

/** Opens batches with the endpoint's credential, by a client of its own, and leaves them open. */
async function leaveOpen({ endpointId, credentials }: TestEndpoint, count: number): Promise<void> {
  const nc = await openWire({ urls: [broker.url], name: 'thief', inboxPrefix: `_INBOX.${endpointId}`, credentials: () => credentials, ca: null, reconnect: false });
  for (let n = 0; n < count; n += 1) nc.publish(subjects.endpointEvents(endpointId), '{}', { headers: toHeaders({ 'Nats-Batch-Id': randomUUID(), 'Nats-Batch-Sequence': '1' }) });
  await nc.flush();
  // It may go: what it opened stays open.
  await nc.close();
}

describe('the way of an endpoint’s events', () => {
  it('is closed for one at once, not for others, and opened again; nothing is stored meanwhile', async () => {
    const [held, free] = [await connect(issueTestEndpoint(broker, 'held')), await connect(issueTestEndpoint(broker, 'free'))];
    let lost = 0;
    for (const agent of [held, free]) agent.onDisconnect(() => (lost += 1));
    expect(await append(held)).toMatchObject({ outcome: 'stored' });
    const log = await openEventLog(core);
    const before = await log.readLast(subjects.endpointEvents('held'));
    expect(await gates(['held'])).toBe(true);
    expect(await gates(['held'])).toBe(false);
    await expect(append(held, 1, before?.sequence)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    await expect(append(held, 20, before?.sequence)).rejects.toMatchObject({ retryable: true });
    expect(await append(free)).toMatchObject({ outcome: 'stored' });
    expect(await log.readLast(subjects.endpointEvents('held'))).toEqual(before);
    expect(await held.readLastEvent()).toEqual(before);
    expect(await gates()).toBe(true);
    expect(await append(held, 1, before?.sequence)).toMatchObject({ outcome: 'stored' });
    expect(lost).toBe(0);
  });

  it('is closed for all, and leaves commands, which wait in pulls, undisturbed', async () => {
    const endpoint = issueTestEndpoint(broker, 'all-closed');
    const agent = await connect(endpoint);
    const queue = openCommandQueue(core);
    await queue.ensureConsumer(endpoint.endpointId);
    const got: string[] = [];
    let drained: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => {
      drained = resolve;
    });
    const taking = agent.consumeCommands({
      onCommand: (command) => {
        got.push(Buffer.from(command.body).toString());
        command.ack();
        return Promise.resolve();
      },
      onDrained: () => drained?.(),
    });
    await waiting;
    expect(await gates([], true)).toBe(true);
    await expect(append(agent)).rejects.toMatchObject({ code: 'unavailable' });
    const from = Date.now();
    await queue.publish([{ endpointId: endpoint.endpointId, headers: {}, body: Buffer.from('do it'), ttlSeconds: 60, messageId: randomUUID() }]);
    await expect.poll(() => got, { timeout: 5000 }).toEqual(['do it']);
    // After a change of imports it takes the consumer's whole patience.
    expect(Date.now() - from).toBeLessThan(5000);
    taking.stop();
    expect(await gates()).toBe(true);
    expect(await append(agent)).toMatchObject({ outcome: 'stored' });
  });

  it('stays closed over a restart of the broker', async () => {
    const agent = await connect(issueTestEndpoint(broker, 'still-held'));
    await gates(['still-held']);
    const port = (url: string) => Number(new URL(url).port);
    writeBrokerConfig({ dataDir: broker.dataDir, host: '127.0.0.1', natsPort: port(broker.url), wsPort: port(broker.wsUrl), maxFileBytes: broker.maxFileBytes });
    const gone = new Promise<void>((resolve) => void agent.onDisconnect(resolve));
    await broker.restart();
    await gone;
    await new Promise<void>((resolve) => void agent.onConnect(resolve));
    await expect(append(agent)).rejects.toMatchObject({ code: 'unavailable' });
    await expect.poll(() => system.connected && core.connected, { timeout: 10_000 }).toBe(true);
  });
});

describe('batches left open', () => {
  it('are counted per endpoint, but for those that ended, broke or lapsed', () => {
    const batches = new OpenBatches(3);
    const see = (id: string, sequence: number, now = 0, commits = false) => batches.see('e1', { id, sequence, commits }, now);
    expect([see('a', 1), see('b', 1), see('b', 2), see('c', 1)]).toEqual([1, 2, 2, 3]);
    expect(batches.see('e2', { id: 'a', sequence: 1, commits: false }, 0)).toBe(1);
    expect(see('b', 3, 5, true)).toBe(2);
    expect(see('c', 7, 5)).toBe(1);
    expect(see('never-begun', 2, 5)).toBe(1);
    expect([see('d', 1, 6), see('e', 1, 6), see('f', 1, 6), see('g', 1, 6)]).toEqual([2, 3, 4, 4]);
    // Kept alive by going on, lapsed by silence.
    expect(see('d', 2, 9_999)).toBe(4);
    expect(see('d', 3, 10_010)).toBe(1);
  });

  it('by one endpoint, fifty of them, keep nobody from batches, and tell whose they are', async () => {
    const exceeded = new Promise<string>((resolve) => {
      const watch = watchOpenBatches(core, 8, (endpointId) => {
        watch.stop();
        resolve(endpointId);
      });
    });
    await wireOf(core).flush();
    await leaveOpen(issueTestEndpoint(broker, 'thief'), 50);
    expect(await exceeded).toBe('thief');
    const other = await connect(issueTestEndpoint(broker, 'other'));
    expect(await append(other, 20)).toMatchObject({ outcome: 'stored' });
    const stored = await (await openEventLog(core)).readLast(subjects.endpointEvents('other'));
    expect(stored?.headers['Nats-Batch-Commit']).toBe('1');
  });

  it('up to the broker’s limit make others append singly, within a second', async () => {
    await leaveOpen(issueTestEndpoint(broker, 'greedy'), maxOpenBatches);
    const other = await connect(issueTestEndpoint(broker, 'patient'));
    // Whoever comes later waits behind what was published before.
    await append(await connect(issueTestEndpoint(broker, 'in-between')));
    const from = performance.now();
    expect(await append(other, 20)).toMatchObject({ outcome: 'stored' });
    const log = await openEventLog(core);
    const entries = events(3).map((entry) => ({ ...entry, subject: subjects.controlEvents('job', 'patient'), expectedLastSequence: 0 }));
    expect(await log.append(entries)).toMatchObject({ outcome: 'stored' });
    expect(performance.now() - from).toBeLessThan(1000);
    for (const subject of [subjects.endpointEvents('patient'), subjects.controlEvents('job', 'patient')]) expect((await log.readLast(subject))?.headers['Nats-Batch-Id']).toBeUndefined();
    expect(await log.append(entries)).toMatchObject({ outcome: 'stored' });
  });

  it('end with their holder’s connection being cut and its way closed', async () => {
    const endpoint = issueTestEndpoint(broker, 'caught');
    const agent = await connect(endpoint);
    const cut = new Promise<void>((resolve) => void agent.onDisconnect(resolve));
    await gates(['caught']);
    expect(await kickConnections(system, endpoint.nkey.publicKey)).toBe(1);
    await cut;
    expect(await kickConnections(system, 'U'.padEnd(56, 'A'))).toBe(0);
  });
});
