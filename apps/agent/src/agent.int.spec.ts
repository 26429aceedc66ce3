import { createHash } from 'node:crypto';
import { headers, subjects } from '@kanade/contracts';
import { createSigningKey, signMessage, subscribeLiveOutput, subscribePresence } from '@kanade/messaging';
import type { SigningKey } from '@kanade/messaging';
import type { DesiredState } from '@kanade/messages';
import { startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startAgent, startNewAgent } from './testing/test-agent.spec-kit.ts';
import { TestBackend } from './testing/test-backend.spec-kit.ts';

let broker: TestBroker;
let backend: TestBackend;

beforeAll(async () => {
  broker = await startTestBroker();
  backend = await TestBackend.start(broker);
});

afterAll(async () => {
  await backend.stop();
  await broker.stop();
});

const patient = { timeout: 20_000, interval: 20 };

describe('an enrolled agent', () => {
  test('runs a command and tells it: accepted, started, finished, with the whole output stored before', async () => {
    const { endpointId } = await startNewAgent(backend);
    const live: string[] = [];
    const beats: string[] = [];
    const watching = [
      subscribeLiveOutput(backend.core, (from, message) => {
        if (from.endpointId === endpointId) live.push(`${from.stream}@${message.headers[headers.offset] ?? ''}:${Buffer.from(message.body).toString()}`);
      }),
      subscribePresence(backend.core, (from, message) => {
        if (from === endpointId) beats.push(Buffer.from(message.body).toString());
      }),
    ];
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo hello; echo err >&2; sleep 0.5; exit 3'));
    await vi.waitFor(async () => {
      expect(await backend.story(endpointId)).toEqual(['accepted run-1', 'started run-1', 'failed run-1']);
    }, patient);
    const finished = (await backend.events(endpointId)).find((event) => event.type === 'kanade.run.finished.v1');
    expect(finished).toMatchObject({ correlationid: 'execution-run-1', data: { exitCode: 3, output: { stdout: { bytes: 6, chunks: 1 }, stderr: { bytes: 4, chunks: 1 } } } });
    for await (const chunk of backend.output.read(endpointId, 'run-1', 'stdout')) {
      expect(Buffer.from(chunk.body).toString()).toBe('hello\n');
      const digest = createHash('sha256').update(Buffer.from(chunk.headers[headers.salt] ?? '', 'hex')).update(chunk.body).digest('hex');
      expect(finished).toMatchObject({ data: { output: { stdout: { digest } } } });
    }
    expect(live).toEqual(['stdout@0:hello\n', 'stderr@0:err\n']);
    expect(beats.some((beat) => beat.includes('"activeRuns":["run-1"]'))).toBe(true);
    for (const { stop } of watching) stop();
  });

  test('tells its start and its inventory once, and the start again when it starts again', async () => {
    const first = await startNewAgent(backend);
    const types = async () => (await backend.events(first.endpointId)).map((event) => event.type.split('.').slice(1, -1).join('.'));
    const inventory = ['inventory.changed', 'inventory.changed', 'inventory.changed', 'inventory.changed', 'inventory.packages-changed'];
    await vi.waitFor(async () => expect((await types()).sort()).toEqual(['agent.started', ...inventory]), patient);
    await first.stop();
    await startAgent(first.directory);
    await vi.waitFor(async () => expect((await types()).sort()).toEqual(['agent.started', 'agent.started', ...inventory]), patient);
    const starts = (await backend.events(first.endpointId)).filter((event) => event.type === 'kanade.agent.started.v1');
    expect(starts.map((event) => event.data)).toMatchObject([{ reason: 'first-start' }, { reason: 'restart' }]);
  });

  test('that was away runs what was queued, in order, without what was cancelled meanwhile', async () => {
    const { endpointId, directory, stop } = await startNewAgent(backend);
    await stop();
    for (let n = 1; n <= 5; n++) await backend.send(endpointId, backend.runCommand(endpointId, `run-${n}`, 'echo done'));
    await backend.send(endpointId, backend.cancelCommand(endpointId, 'run-3'));
    await startAgent(directory);
    await vi.waitFor(async () => expect((await backend.story(endpointId)).filter((line) => line.startsWith('succeeded'))).toHaveLength(4), patient);
    const story = await backend.story(endpointId);
    expect(story.filter((line) => line.startsWith('started'))).toEqual(['started run-1', 'started run-2', 'started run-4', 'started run-5']);
    expect(story.filter((line) => line.startsWith('succeeded'))).toEqual(['succeeded run-1', 'succeeded run-2', 'succeeded run-4', 'succeeded run-5']);
    expect(story).toContain('cancelled run-3');
  });

  test('refuses what was altered, made for another, is past its time or was obeyed before, and says so', async () => {
    const { endpointId } = await startNewAgent(backend);
    const tamper = (body: Buffer) => Buffer.from(body.toString().replace('echo good', 'echo evil'));
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo good'), tamper);
    await backend.send(endpointId, backend.runCommand('somebody', 'run-2', 'echo good'));
    await backend.send(endpointId, backend.runCommand('somebody', 'run-2', 'echo good'), undefined, 'somebody');
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-3', 'echo good'), undefined, 'somebody');
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-4', 'echo good', { expiresAt: new Date(Date.now() - 1000).toISOString() }));
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-5', 'echo good'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toContain('succeeded run-5'), patient);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-5', 'echo good'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toHaveLength(9), patient);
    expect(await backend.story(endpointId)).toEqual([
      'refused-command signature-invalid',
      'refused-command foreign-recipient',
      'refused-command foreign-recipient',
      'refused-command signature-invalid',
      'refused-command expired',
      'accepted run-5',
      'started run-5',
      'succeeded run-5',
      'refused-command replayed',
    ]);
  });

  test('refuses new work while its disk is full, and goes on when there is room', async () => {
    const { endpointId, space } = await startNewAgent(backend);
    space.free = 1024;
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo hello'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toEqual(['refused run-1']), patient);
    space.free = Number.MAX_SAFE_INTEGER;
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-2', 'echo hello'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toContain('succeeded run-2'), patient);
  });

  test('stops a run on a cancel, and reports what runs as interrupted when it is stopped itself', async () => {
    const { endpointId, stop } = await startNewAgent(backend);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'sleep 600'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toContain('started run-1'), patient);
    await backend.send(endpointId, backend.cancelCommand(endpointId, 'run-1'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toContain('cancelled run-1'), patient);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-2', 'sleep 600'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toContain('started run-2'), patient);
    await stop();
    expect(await backend.story(endpointId)).toContain('interrupted run-2');
  });
});

describe('a desired state', () => {
  const desired = (endpointId: string, version: number, broker: DesiredState['broker'] = null): DesiredState => ({ version, endpointId, issuedAt: new Date().toISOString(), broker });
  const told = (endpointId: string, story: string[]) => vi.waitFor(async () => expect(await backend.story(endpointId)).toEqual(story), patient);

  test('is refused with its own reason when it is unsigned, altered, of another, by a retired or strange key, older, another of the same version, or the same again', async () => {
    const { endpointId } = await startNewAgent(backend);
    const story: string[] = [];
    const refused = async (reason: string, put: () => Promise<void>) => {
      await put();
      story.push(`refused-desired ${reason}`);
      await told(endpointId, story);
    };
    await vi.waitFor(async () => expect(await backend.ask(endpointId, { kind: 'ping' })).toBeDefined(), patient);
    await backend.desire(endpointId, desired(endpointId, 7));
    story.push('applied 7');
    await told(endpointId, story);
    const old = createSigningKey();
    backend.retired = [{ id: old.id, use: 'desired', publicKey: old.publicKey, validFrom: '2020-01-01T00:00:00Z', validUntil: '2021-01-01T00:00:00Z' }];
    backend.keysetVersion += 1;
    const by = (key: SigningKey, state: DesiredState) => ({ headers: signMessage(key, 'desired', subjects.desired(endpointId), Buffer.from(JSON.stringify(state))) });
    const next = desired(endpointId, 8);
    await refused('unsigned', () => backend.desire(endpointId, next, { headers: {} }));
    await refused('signature-invalid', () => backend.desire(endpointId, next, { bend: (body) => Buffer.from(body.toString().replace('"version":8', '"version":9')) }));
    await refused('foreign-recipient', () => backend.desire(endpointId, desired('somebody', 8)));
    await refused('key-retired', () => backend.desire(endpointId, next, by(old, next)));
    await refused('key-unknown', () => backend.desire(endpointId, next, by(createSigningKey(), next)));
    await refused('older-version', () => backend.desire(endpointId, desired(endpointId, 6)));
    await refused('version-taken', () => backend.desire(endpointId, desired(endpointId, 7)));
    await backend.desire(endpointId, next);
    story.push('applied 8');
    await told(endpointId, story);
    await refused('replayed', () => backend.desire(endpointId, next));
  });

  test('moves it to another address once that has answered; the old one stays until then, and for need', async () => {
    const { endpointId } = await startNewAgent(backend);
    await vi.waitFor(async () => expect(await backend.ask(endpointId, { kind: 'ping' })).toBeDefined(), patient);
    await backend.desire(endpointId, desired(endpointId, 1, { urls: ['nats://127.0.0.1:1'], ca: null, keepOld: true }));
    await told(endpointId, ['failed 1 broker-unreachable']);
    const urls = [broker.url.replace('127.0.0.1', 'localhost')];
    await backend.desire(endpointId, desired(endpointId, 2, { urls, ca: null, keepOld: true }));
    await told(endpointId, ['failed 1 broker-unreachable', 'applied 2']);
    const applied = (await backend.events(endpointId)).find((event) => event.type === 'kanade.desired.applied.v1');
    expect(applied).toMatchObject({ data: { urls } });
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo there'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toContain('succeeded run-1'), patient);
  });
});

describe('a question', () => {
  test('is answered from the ledger', async () => {
    const { endpointId } = await startNewAgent(backend);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'exit 4'));
    await vi.waitFor(async () => expect(await backend.story(endpointId)).toContain('failed run-1'), patient);
    const answer = await backend.ask(endpointId, { kind: 'runs', runIds: ['run-1', 'run-9'] });
    expect(answer?.runs).toEqual([
      { runId: 'run-1', state: 'failed' },
      { runId: 'run-9', state: null },
    ]);
    expect(await backend.ask(endpointId, { kind: 'ping' })).toMatchObject({ runs: [] });
  });

  test('that is late, repeated or meant for another gets silence', async () => {
    const { endpointId } = await startNewAgent(backend);
    await vi.waitFor(async () => expect(await backend.ask(endpointId, { kind: 'ping' }, { id: 'once' })).toMatchObject({ id: 'once' }), patient);
    // The agent knows the backend's time as well as an answer travels: on a busy machine to some ten milliseconds.
    const strange = [{ id: 'once' }, { recipient: 'somebody' }, { expiresAt: new Date(Date.now() - 30_000).toISOString() }];
    const answers = await Promise.all(strange.map((change) => backend.ask(endpointId, { kind: 'ping' }, change)));
    expect(answers).toEqual([undefined, undefined, undefined]);
  });
});
