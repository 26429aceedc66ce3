import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { headers, subjects } from '@kanade/contracts';
import { connectAgent, connectCore, createSigningKey, dropPrefix, subscribePresence } from '@kanade/messaging';
import { startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { enrolInto } from './cli/enrol-command.ts';
import { lifetimeOf } from './connection/credentials.ts';
import { dataDirAt } from './data-dir/data-dir.ts';
import { Identity } from './identity/identity.ts';
import { placeOf } from './outbox/judge.ts';
import { startAgent, startNewAgent, temporaryDirectory } from './testing/test-agent.spec-kit.ts';
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

const patient = { timeout: 25_000, interval: 50 };
const told = (endpointId: string, line: string) => vi.waitFor(async () => expect(await backend.story(endpointId)).toContain(line), patient);

/** What the ledger says, for when nobody can be asked. */
function statesIn(directory: string): unknown[] {
  const database = new DatabaseSync(dataDirAt(directory).database, { readOnly: true });
  try {
    return database.prepare('SELECT state FROM runs').all().map(({ state }) => state);
  } finally {
    database.close();
  }
}

/** The agent as a process of its own, which can be killed. */
function startProcess(directory: string) {
  const main = join(import.meta.dirname, 'main.ts');
  const args = ['--conditions=@kanade/source', main, 'simulate', '--count', '1', '--data-dir', directory];
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, KANADE_LOG_LEVEL: 'silent' } });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  onTestFinished(() => end('SIGKILL'));
  return { child, end };
}

describe('a killed agent', () => {
  test('reports what it ran as interrupted when it comes back, and never starts it again', async () => {
    const directory = temporaryDirectory();
    const own = join(directory, 'sim-0001');
    const { endpointId } = (await enrolInto(own, backend.token(), true)).stored;
    const first = startProcess(directory);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo begun; sleep 600'));
    await told(endpointId, 'started run-1');
    await first.end('SIGKILL');
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-2', 'echo next'));
    const second = startProcess(directory);
    await told(endpointId, 'succeeded run-2');
    expect(await backend.story(endpointId)).toEqual(['accepted run-1', 'started run-1', 'interrupted run-1', 'accepted run-2', 'started run-2', 'succeeded run-2']);
    await second.end('SIGTERM');
    expect(second.child.exitCode).toBe(0);
  });
});

describe('a broker that goes away', () => {
  test('finds what happened meanwhile in the outbox, and its commands arrive promptly when it is back', async () => {
    const { endpointId, directory } = await startNewAgent(backend);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one; sleep 0.5'));
    await told(endpointId, 'started run-1');
    await broker.kill();
    await vi.waitFor(() => expect(statesIn(directory)).toEqual(['succeeded']), patient);
    await broker.restart();
    await vi.waitFor(() => expect(backend.core.connected).toBe(true), patient);
    await told(endpointId, 'succeeded run-1');
    const sentAt = performance.now();
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-2', 'echo two'));
    await told(endpointId, 'started run-2');
    expect(performance.now() - sentAt).toBeLessThan(5_000);
    await told(endpointId, 'succeeded run-2');
    expect((await backend.story(endpointId)).filter((line) => line === 'succeeded run-1')).toHaveLength(1);
  });

  test('and comes back with an older history is told again what it lost', async () => {
    const { endpointId } = await startNewAgent(backend);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one'));
    await told(endpointId, 'succeeded run-1');
    const jetstream = join(broker.dataDir, 'broker', 'jetstream');
    const backup = temporaryDirectory();
    await broker.kill();
    cpSync(jetstream, join(backup, 'jetstream'), { recursive: true });
    await broker.restart();
    await vi.waitFor(() => expect(backend.core.connected).toBe(true), patient);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-2', 'echo two'));
    await told(endpointId, 'succeeded run-2');
    await broker.kill();
    rmSync(jetstream, { recursive: true });
    cpSync(join(backup, 'jetstream'), jetstream, { recursive: true });
    await broker.restart();
    await vi.waitFor(() => expect(backend.core.connected).toBe(true), patient);
    await told(endpointId, 'succeeded run-2');
    const output: string[] = [];
    for await (const chunk of backend.output.read(endpointId, 'run-2', 'stdout')) output.push(Buffer.from(chunk.body).toString());
    expect(output).toEqual(['two\n']);
    expect((await backend.events(endpointId)).filter((event) => event.type === 'kanade.agent.started.v1')).toHaveLength(1);
  });
});

describe('a stream that dropped all an endpoint had told, for it is in the archive', () => {
  test('is gone on with where the chain ends there: no new epoch, nothing twice', async () => {
    const { directory, endpointId, stop } = await startNewAgent(backend);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one'));
    await told(endpointId, 'succeeded run-1');
    await stop();
    const archived = (await backend.log.readSubject(subjects.endpointEvents(endpointId))).at(-1);
    const end = archived && placeOf(archived);
    if (!archived || !end) throw new Error('the endpoint has told nothing');
    // Something has to stay, and others go on meanwhile.
    const other = await startNewAgent(backend);
    await vi.waitFor(async () => expect(await backend.events(other.endpointId)).not.toEqual([]), patient);
    const admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'admin' });
    onTestFinished(() => admin.close());
    expect(await dropPrefix(admin, archived.sequence)).toEqual({ dropped: archived.sequence, firstSequence: archived.sequence + 1 });
    expect(await backend.events(endpointId)).toEqual([]);
    backend.archivedEnds.set(endpointId, end);

    const { agent } = await startAgent(directory);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-2', 'echo two'));
    await told(endpointId, 'succeeded run-2');
    expect(agent.identityConflict).toBeUndefined();
    const places = (await backend.log.readSubject(subjects.endpointEvents(endpointId))).map((event) => event.headers);
    expect(places[0]).toMatchObject({ [headers.epoch]: String(end.epoch), [headers.sequence]: String(end.sequence + 1), [headers.previous]: end.hash });
    expect(new Set(places.map((place) => place[headers.epoch]))).toEqual(new Set([String(end.epoch)]));
    expect(await backend.story(endpointId)).not.toContain('succeeded run-1');
  });
});

describe('a machine set back to a snapshot', () => {
  test('opens a new epoch, visibly, and goes on', async () => {
    const { directory, endpointId, stop } = await startNewAgent(backend);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one'));
    await told(endpointId, 'succeeded run-1');
    await stop();
    const snapshot = join(temporaryDirectory(), 'snapshot');
    cpSync(directory, snapshot, { recursive: true });
    const later = await startAgent(directory);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-2', 'echo two'));
    await told(endpointId, 'succeeded run-2');
    await later.stop();
    rmSync(directory, { recursive: true });
    cpSync(snapshot, directory, { recursive: true });

    const { agent } = await startAgent(directory);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-3', 'echo three'));
    await told(endpointId, 'succeeded run-3');
    expect(agent.identityConflict).toBeUndefined();
    const story = await backend.story(endpointId);
    expect(story.filter((line) => line.startsWith('succeeded'))).toEqual(['succeeded run-1', 'succeeded run-2', 'succeeded run-3']);
    const starts = (await backend.events(endpointId)).filter((event) => event.type === 'kanade.agent.started.v1');
    expect(starts.map((event) => event.data)).toMatchObject([{ reason: 'first-start' }, { reason: 'restart' }, { reason: 'epoch-opened' }, { reason: 'restart' }]);
  });
});

describe('somebody with this endpoint’s credentials but not its signing key', () => {
  test('is an identity conflict: the agent says so in its beats, sends nothing for now, and refuses what is new', async () => {
    const { agent, directory, endpointId } = await startNewAgent(backend);
    const beats: string[] = [];
    const watching = subscribePresence(backend.core, (from, { body }) => {
      if (from === endpointId) beats.push(Buffer.from(body).toString());
    });
    onTestFinished(() => watching.stop());
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one'));
    await told(endpointId, 'succeeded run-1');
    const { jwt, keys } = Identity.load(dataDirAt(directory)).stored;
    const clone = await connectAgent({ urls: [broker.url], endpointId, ca: null, credentials: () => ({ jwt, seed: keys.nkeySeed }) });
    onTestFinished(() => clone.close());
    const last = await vi.waitFor(() => clone.readLastEvent(), patient);
    const place = { [headers.epoch]: '1', [headers.sequence]: '999', [headers.previous]: 'a'.repeat(64) };
    const body = Buffer.from(JSON.stringify({ ...(await backend.events(endpointId)).at(-1), id: 'foreign' }));
    await clone.appendEvents([{ headers: place, body }], last?.sequence ?? 0);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-2', 'echo two'));
    await vi.waitFor(() => expect(agent.identityConflict).toContain('1/999'), patient);
    await vi.waitFor(() => expect(beats.at(-1)).toContain('"conflict":"the history holds 1/999'), patient);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-3', 'echo three'));
    const states = () => backend.ask(endpointId, { kind: 'runs', runIds: ['run-3'] });
    await vi.waitFor(async () => expect(await states()).toMatchObject({ runs: [{ runId: 'run-3', state: 'refused' }] }), patient);
    expect(await backend.story(endpointId)).not.toContain('accepted run-2');
  });
});

describe('credentials', () => {
  test('are renewed at half of their life, on the connection that lives', async () => {
    backend.lifetimeMs = 8_000;
    const { directory, endpointId } = await startNewAgent(backend);
    const identity = () => Identity.load(dataDirAt(directory)).stored;
    const { jwt } = identity();
    backend.lifetimeMs = undefined;
    await vi.waitFor(() => expect(identity().jwt).not.toBe(jwt), patient);
    expect(readFileSync(dataDirAt(directory).natsCreds, 'utf8')).toContain(identity().jwt);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one'));
    await told(endpointId, 'succeeded run-1');
  });

  test('that ended while the machine lay in a drawer are renewed from outside', async () => {
    backend.lifetimeMs = 1_000;
    const directory = temporaryDirectory();
    const { stored } = await enrolInto(directory, backend.token(), true);
    backend.lifetimeMs = undefined;
    await vi.waitFor(() => expect(lifetimeOf(stored.jwt).endsAt).toBeLessThan(Date.now()), patient);
    const { endpointId } = await startAgent(directory);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one'));
    await told(endpointId, 'succeeded run-1');
  });
});

describe('keys', () => {
  test('change with a newer keyset of the pinned root, which comes with every connection; an older one changes nothing', async () => {
    const { directory, endpointId, agent, stop } = await startNewAgent(backend);
    expect(agent.endpointId).toBe(endpointId);
    backend.keysetVersion = 7;
    onTestFinished(() => {
      backend.keysetVersion = 1;
    });
    await stop();
    const again = await startAgent(directory);
    const version = () => Identity.load(dataDirAt(directory)).keyset.version;
    await vi.waitFor(() => expect(version()).toBe(7), patient);
    await again.stop();
    backend.keysetVersion = 1;
    await startAgent(directory);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one'));
    await told(endpointId, 'succeeded run-1');
    expect(version()).toBe(7);
  });

  test('of another root are not taken', async () => {
    const directory = temporaryDirectory();
    const identity = await enrolInto(directory, backend.token(), true);
    backend.keysetVersion = 9;
    expect(identity.pinKeyset(backend.signedKeyset(createSigningKey()))).toBe('refused');
    backend.keysetVersion = 1;
    expect(identity.keyset.version).toBe(1);
  });

  test('known so far go on counting while the backend is down', async () => {
    const { directory, endpointId, stop } = await startNewAgent(backend);
    await stop();
    backend.fallSilent();
    onTestFinished(() => backend.answer());
    await startAgent(directory);
    await backend.send(endpointId, backend.runCommand(endpointId, 'run-1', 'echo one'));
    await told(endpointId, 'succeeded run-1');
  });
});
