import { subjects } from '@kanade/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectCore, wireOf } from './core/connection.ts';
import type { CoreConnection } from './core/connection.ts';
import { watchOpenBatches } from './core/batch-watch.ts';
import { openEventLog } from './core/event-log.ts';
import { ask, subscribePresence } from './core/live.ts';
import { streamReader } from './core/stream-reader.ts';
import type { EventLog } from './core/types.ts';
import { connectAsEndpoint, issueTestEndpoint, startTestBroker } from './testing/index.ts';
import type { PlainClient, TestBroker } from './testing/index.ts';
import { listen } from './wire/listen.ts';
import type { StoredMessage } from './wire/message.ts';

/** Header blocks that an endpoint may write, and no client library would: each is stored, and must hold up nobody. */
const written: readonly (readonly [name: string, block: string])[] = [
  ['bytes that are no text', 'NATS/1.0\r\n\xff\xfe\x00: \xfd\r\n\r\n'],
  ['a line without a colon', 'NATS/1.0\r\nnothing at all\r\n\r\n'],
  ['an empty name', 'NATS/1.0\r\n: value\r\n\r\n'],
  ['a blank in a name', 'NATS/1.0\r\na b: value\r\n\r\n'],
  ['the status of an end', 'NATS/1.0 404 No Messages\r\n\r\n'],
  ['the status of a batch’s end', 'NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 1\r\n\r\n'],
  ['the status of a time-out', 'NATS/1.0 408 Request Timeout\r\n\r\n'],
  ['the status of nobody there', 'NATS/1.0 503\r\n\r\n'],
  ['the status of a heartbeat', 'NATS/1.0 100 Idle Heartbeat\r\n\r\n'],
  ['a place of its own', 'NATS/1.0\r\nNats-Stream: OTHER\r\nNats-Subject: kanade.events.control.job.j1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: 2001-01-01T00:00:00Z\r\n\r\n'],
  ['a place of its own in a batch', 'NATS/1.0\r\nNats-Sequence: 1\r\nNats-Time-Stamp: x\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 1\r\n\r\n'],
  ['a name twice', 'NATS/1.0\r\na: 1\r\na: 2\r\n\r\n'],
  ['no end', 'NATS/1.0\r\nNats-Sequence: 1'],
  ['an end within the broker’s next line', 'NATS/1.0\r\na: 1\r\nNats-Sequence: 5\r\nNats-Time-Stam'],
  ['sixty kilobytes', `NATS/1.0\r\n${Array.from({ length: 600 }, (_, n) => `name-${n}: ${'x'.repeat(90)}\r\n`).join('')}\r\n`],
];

let broker: TestBroker;
let core: CoreConnection;
let log: EventLog;
let thief: PlainClient;
const endpoint = () => issueTestEndpoint(broker, 'e1');
const subject = subjects.endpointEvents('e1');
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const told = ({ sequence, subject: on, body }: StoredMessage) => `${sequence} ${on} ${Buffer.from(body).toString()}`;
const expected = () => [...written.flatMap(([name], index) => [`${2 * index + 1} ${subject} `, `${2 * index + 2} ${subject} ${name}`]), `${2 * written.length + 1} ${subject} the last`];

beforeAll(async () => {
  broker = await startTestBroker();
  core = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'backend' });
  log = await openEventLog(core);
  thief = await connectAsEndpoint(broker, endpoint());
  // With a body and without: an empty message with a status is what the broker itself sends.
  for (const [name, block] of written) {
    thief.publishBlock(subject, '', bytes(block));
    thief.publishBlock(subject, name, bytes(block));
  }
  thief.publish(subject, 'the last', {});
  await thief.flush();
  await vi.waitUntil(async () => (await log.lastSequence()) === 2 * written.length + 1);
});
afterAll(async () => {
  await Promise.all([thief.close(), core.close()]);
  await broker.stop();
});

describe('events with header blocks that nothing should be able to read', () => {
  it('come through a reader one after the other, and those after them too', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const batch of streamReader(core, { stream: 'KANADE_EVENTS', fromSequence: 1, signal: stop.signal })) {
      seen.push(...batch.map(told));
      if (seen.length >= 2 * written.length + 1) stop.abort();
    }
    expect(seen).toEqual(expected());
  });

  it('are read from the log in each of its ways, with the broker’s word for where they lie', async () => {
    const read: string[] = [];
    for await (const batch of log.read({ from: 1 })) read.push(...batch.map(told));
    expect(read).toEqual(expected());
    expect((await log.readSubject(subject)).map(told)).toEqual(expected());
    for (const [index, line] of expected().entries()) {
      const message = await log.get(index + 1);
      expect(message && told(message)).toBe(line);
      expect(message?.recordedAt).toBeGreaterThan(Date.parse('2026-01-01'));
    }
    expect(await log.get(2 * written.length + 2)).toBeUndefined();
    const last = await log.readLast(subject);
    expect(last && told(last)).toBe(expected().at(-1));
  });

  it('are the same by every way, what cannot be read under no name at all', async () => {
    const byReader = new Map<number, StoredMessage>();
    const stop = new AbortController();
    for await (const batch of streamReader(core, { stream: 'KANADE_EVENTS', fromSequence: 1, signal: stop.signal })) {
      for (const message of batch) byReader.set(message.sequence, message);
      if (byReader.size === 2 * written.length + 1) stop.abort();
    }
    // nats-server 2.15 takes a status off what it stores, and ends in its own words what has no end.
    const sound = (name: string) => /^the status of|^a place of its own|^sixty kilobytes/.test(name);
    const unended = (name: string) => /^no end|^an end within/.test(name);
    for (const [index, [name]] of written.entries()) {
      const [pulled, got] = [byReader.get(2 * index + 2), await log.get(2 * index + 2)];
      expect(got?.headers, name).toEqual(pulled?.headers);
      if (sound(name)) expect(Object.keys(pulled?.headers ?? {}), name).not.toContain('');
      else if (!unended(name)) {
        expect(Object.keys(pulled?.headers ?? {}), name).toEqual(['']);
      }
    }
  });
});

it('what an endpoint answers to a question and beats with ends nobody’s listening', async () => {
  const nc = wireOf(core);
  const heard: string[] = [];
  const presence = subscribePresence(core, (id, { body }) => {
    heard.push(Buffer.from(body).toString());
    if (body.length === 0) throw new Error(`${id} said nothing`);
  });
  await nc.flush();
  for (const [, block] of written) thief.publishBlock('kanade.presence.e1', '', bytes(block));
  thief.publish('kanade.presence.e1', 'still here', {});
  await expect.poll(() => heard.at(-1), { timeout: 5000 }).toBe('still here');
  presence.stop();
  // Answers that the client library could not read, one for each question.
  let next = 0;
  const stop = thief.answer('kanade.ask.e1.*', () => bytes(written[next++]?.[1] ?? ''));
  await thief.flush();
  for (const [name] of written) {
    const answer = await ask(core, { endpointId: 'e1', question: 'ping', body: Buffer.from('{}'), headers: {}, timeoutMs: 3000 });
    expect(answer === undefined ? 'nobody' : Buffer.from(answer).toString(), name).toBe(name === 'the status of nobody there' ? 'nobody' : '');
  }
  stop();
  expect(await log.get(1)).toMatchObject({ sequence: 1 });
});

it('a listener that fails tells its owner, and hears what comes after', async () => {
  const nc = wireOf(core);
  const heard: string[] = [];
  const failures: string[] = [];
  const stop = listen(nc, 'kanade.presence.e1', {
    onMessage: ({ body }) => {
      heard.push(Buffer.from(body).toString());
      throw new Error(`cannot take ${heard.length}`);
    },
    onError: (error) => failures.push(error.message),
  });
  await nc.flush();
  for (const body of ['1', '2', '3']) thief.publish('kanade.presence.e1', body, {});
  await expect.poll(() => failures, { timeout: 5000 }).toEqual(['cannot take 1', 'cannot take 2', 'cannot take 3']);
  expect(heard).toEqual(['1', '2', '3']);
  stop();
});

describe('batch ids that only look the same', () => {
  const opening = (id: string, sequence = '1') => bytes(`NATS/1.0\r\nNats-Batch-Id: ${id}\r\nNats-Batch-Sequence: ${sequence}\r\n\r\n`);
  const counted = ['same', 'Same', 'same ', 'same  ', 'same\t', '\tsame', 'same\xff', 'same\xfe', '\xe3\x81', '\xe3'];
  const notCounted = [
    bytes('NATS/1.0\r\nnats-batch-id: x1\r\nNats-Batch-Sequence: 1\r\n\r\n'), bytes('NATS/1.0\r\nNats-Batch-Id : x2\r\nNats-Batch-Sequence: 1\r\n\r\n'),
    opening('x3', '2'), opening('x4', '1 '), opening('x5', '0x1'), opening('x'.repeat(65)), bytes('NATS/1.0\r\nNats-Batch-Id: \r\nNats-Batch-Sequence: 1\r\n\r\n'),
    bytes('NATS/1.0\r\nNats-Batch-Id: x6\r\nNats-Batch-Sequence: 1\r\nNats-Batch-Commit:\r\n\r\n'),
    ...['a', 'b', 'c'].map((second) => bytes(`NATS/1.0\r\nNats-Batch-Id: same\r\nNats-Batch-Id: ${second}\r\nNats-Batch-Sequence: 9\r\n\r\n`)),
  ];

  it('are counted as the broker counts them', async () => {
    const other = issueTestEndpoint(broker, 'looks-alike');
    const client = await connectAsEndpoint(broker, other);
    const opened: number[] = [];
    const watch = watchOpenBatches(core, 0, (_, open) => opened.push(open));
    await wireOf(core).flush();
    const on = subjects.endpointEvents('looks-alike');
    for (const id of counted) client.publishBlock(on, '{}', opening(id));
    await client.flush();
    await expect.poll(() => Math.max(0, ...opened), { timeout: 5000 }).toBe(1);
    watch.stop();
    // What the broker says: the second message of a batch it has is taken in silence, of one it has not it is refused.
    for (const id of counted) expect(await client.requestBlock(on, '{}', opening(id, '2')), JSON.stringify(id)).toBe('');
    expect(await client.requestBlock(on, '{}', opening('sAme', '2'))).toContain('10176');
    await client.close();
  });

  it('reach the limit, and nothing else does', async () => {
    const client = await connectAsEndpoint(broker, issueTestEndpoint(broker, 'many'));
    const on = subjects.endpointEvents('many');
    const exceeded: number[] = [];
    const watch = watchOpenBatches(core, counted.length - 1, (_, open) => exceeded.push(open));
    await wireOf(core).flush();
    for (const id of counted.slice(1)) client.publishBlock(on, '{}', opening(id));
    for (const block of notCounted) client.publishBlock(on, '{}', block);
    await client.flush();
    await log.lastSequence();
    expect(exceeded).toEqual([]);
    client.publishBlock(on, '{}', opening('same'));
    await expect.poll(() => exceeded, { timeout: 5000 }).toEqual([counted.length]);
    watch.stop();
    await client.close();
  });
});
