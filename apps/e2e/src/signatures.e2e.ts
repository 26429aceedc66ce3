import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandSchema, endpointEventSchema, subjects } from '@kanade/contracts';
import type { DesiredState } from '@kanade/contracts';
import { ask, connectCore, loadServerKeys, loadSigningKey, openCommandQueue, openDesiredStates, openEventLog, signMessage } from '@kanade/messaging';
import type { CommandQueue, CoreConnection, DesiredStates, EventLog, SigningKey, StoredMessage } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detachedSchema, endpointListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

/*
 * Somebody who can write to the broker whatever he likes, with the administrator's credential, and who has seen all that was ever in it: he
 * replays, alters and makes up what agents obey.
 */
let kanade: Installation;
let core: CoreConnection;
let queue: CommandQueue;
let states: DesiredStates;
let log: EventLog;
/** The endpoint that is attacked, and another whose commands are sent to it. */
let endpointId: string;
let other: string;
/** Keys that counted until the rotation below. */
let old: { readonly command: SigningKey; readonly desired: SigningKey };
const story: string[] = [];

beforeAll(async () => {
  kanade = await Installation.start({ endpoints: 1 });
  const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
  endpointId = items.find(({ simulated }) => !simulated)?.id ?? '';
  other = items.find(({ simulated }) => simulated)?.id ?? '';
  const keys = join(kanade.dataDir, 'keys');
  old = { command: loadSigningKey(join(keys, 'command.pem')), desired: loadSigningKey(join(keys, 'desired.pem')) };
  expect((await kanade.cli('key', 'rotate', 'command', 'desired', '--at-once')).code).toBe(0);
  core = await connectCore({ url: kanade.runtime.natsUrl, credsFile: kanade.runtime.natsAdminCreds, name: 'intruder' });
  queue = openCommandQueue(core);
  states = openDesiredStates(core);
  log = await openEventLog(core);
});
afterAll(async () => {
  await core.close();
  await kanade.discard();
});

/** Why the attacked endpoint refused something, in the order it did. */
async function refusals(): Promise<string[]> {
  const events = (await log.readSubject(subjects.endpointEvents(endpointId))).map(({ body }) => endpointEventSchema.parse(JSON.parse(Buffer.from(body).toString())));
  return events.flatMap((event) => {
    if (event.type === 'kanade.command.refused.v1') return [`command ${event.data.reason.code}`];
    return event.type === 'kanade.desired.refused.v1' ? [`desired ${event.data.reason.code}`] : [];
  });
}

/** Does something, and waits until the endpoint has refused it, with this reason and no other. */
async function refused(reason: string, attempt: () => Promise<unknown>): Promise<void> {
  await attempt();
  story.push(reason);
  await until(`the refusal: ${reason}`, async () => ((await refusals()).length >= story.length ? true : undefined));
  expect(await refusals()).toEqual(story);
}

const marks = () => readFileSync(join(kanade.dataDir, 'marks'), { encoding: 'utf8', flag: 'a+' });
const script = (mark: string) => `echo ${mark} >> '${join(kanade.dataDir, 'marks')}'`;

/** A real command of the backend's, as it lay in the queue: its endpoint is away meanwhile. */
async function captured(part: 'agent' | 'simulated', target: string, mark: string): Promise<{ body: Uint8Array; headers: Readonly<Record<string, string>>; executionId: string; release: () => void }> {
  const release = kanade.hold(part);
  kanade.kill(part);
  await until('the endpoint to be away', async () => {
    const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
    return items.find(({ id }) => id === target)?.status === 'offline' || undefined;
  });
  const { executionId } = await kanade.json(detachedSchema, 'run', '-e', target, '--detach', '--', script(mark));
  const message = await until('its command', async () => {
    for (let sequence = 1; sequence < 50; sequence += 1) {
      const found = await queue.get(sequence);
      if (found?.subject === subjects.commands(target) && Buffer.from(found.body).includes(executionId)) return found;
    }
    return undefined;
  });
  return { body: message.body, headers: message.headers, executionId, release };
}

/** The signature and nothing else: what the broker itself reads in headers is not the attacker's to repeat. */
const signatureOf = (headers: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('Kanade-')));
const plant = (body: Uint8Array, headers: Readonly<Record<string, string>>) =>
  queue.publish([{ endpointId, body, headers: signatureOf(headers), ttlSeconds: 3600, messageId: crypto.randomUUID() }]);

describe('commands that somebody else put into the queue of an endpoint', () => {
  it('are refused, each with its reason in the history', async () => {
    const theirs = await captured('simulated', other, 'theirs');
    const ours = await captured('agent', endpointId, 'ours');
    ours.release();
    theirs.release();
    await until('the real one to have run', async () => {
      const { runs } = await kanade.json(resultSchema, 'execution', 'show', ours.executionId);
      return runs[0]?.state === 'succeeded' || undefined;
    });
    const real = commandSchema.parse(JSON.parse(Buffer.from(ours.body).toString()));
    const madeUp = (key: SigningKey, change: object) => {
      const body = Buffer.from(JSON.stringify({ ...real, id: crypto.randomUUID(), runId: crypto.randomUUID(), ...change }));
      return plant(body, signMessage(key, 'command', subjects.commands(endpointId), body));
    };
    const present = loadServerKeys(join(kanade.dataDir, 'keys')).command;

    await refused('command foreign-recipient', () => plant(theirs.body, theirs.headers));
    await refused('command replayed', () => plant(ours.body, ours.headers));
    await refused('command signature-invalid', () => plant(Buffer.from(Buffer.from(ours.body).toString().replace('echo ours', 'echo evil')), ours.headers));
    await refused('command expired', () => madeUp(present, { expiresAt: new Date(Date.now() - 60_000).toISOString() }));
    await refused('command unsigned', () => plant(ours.body, {}));
    await refused('command key-retired', () => madeUp(old.command, {}));
    await refused('command key-unknown', () => madeUp(loadSigningKey(join(kanade.dataDir, 'keys', 'root.pem')), {}));
    // The simulated endpoint runs nothing for real.
    expect(marks()).toBe('ours\n');
  });
});

describe('desired states that somebody else put in the place of an endpoint', () => {
  const elsewhere = { urls: ['tls://evil.example:4222'], ca: null, keepOld: false };
  const state = (version: number, change: Partial<DesiredState> = {}): DesiredState => ({ version, endpointId, issuedAt: new Date().toISOString(), broker: elsewhere, ...change });
  const put = (document: DesiredState, key: SigningKey | undefined, alter: (text: string) => string = (text) => text) => {
    const text = JSON.stringify(document);
    const headers = key === undefined ? {} : signMessage(key, 'desired', subjects.desired(document.endpointId), Buffer.from(text));
    return place({ body: Buffer.from(alter(text)), headers });
  };
  /** As soon as it lies there the endpoint is told to look, before the backend puts it right. */
  const place = async (message: { readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> }) => {
    await states.put(endpointId, message);
    const request = { id: crypto.randomUUID(), recipient: endpointId, expiresAt: new Date(Date.now() + 10_000).toISOString(), question: { kind: 'news' } };
    const body = Buffer.from(JSON.stringify(request));
    const headers = signMessage(loadServerKeys(join(kanade.dataDir, 'keys')).command, 'ask', subjects.ask(endpointId, 'news'), body);
    await ask(core, { endpointId, question: 'news', body, headers, timeoutMs: 5000 });
  };
  const stored = async () => {
    for await (const batch of states.list()) for (const message of batch) if (message.subject === subjects.desired(endpointId)) return message;
    return undefined;
  };

  it('are refused, each with its reason in the history, and the endpoint stays where it is', async () => {
    await until('the backend’s first one', async () => {
      const { natsUrl } = kanade.runtime;
      const first = await stored();
      if (first === undefined) await kanade.cli('broker', 'move', natsUrl, '--endpoint', endpointId);
      return first;
    });
    const first = await stored();
    await kanade.cli('broker', 'move', kanade.runtime.natsUrl, '--endpoint', endpointId, '--drop-old');
    await until('the backend’s second one', async () => {
      const found = await stored();
      return found !== undefined && found.sequence !== first?.sequence ? found : undefined;
    });
    const applied = async () => (await kanade.cli('broker', 'moves', '--state', 'moved')).stdout.includes('moved') || undefined;
    await until('the second one to be taken', applied);
    const present = loadServerKeys(join(kanade.dataDir, 'keys')).desired;
    const future = Date.now() + 3_600_000;
    const again = (message: Pick<StoredMessage, 'body' | 'headers'>) => place({ body: message.body, headers: signatureOf(message.headers) });

    await refused('desired unsigned', () => put(state(future), undefined));
    await refused('desired signature-invalid', () => put(state(1), present, (text) => text.replace('"version":1', `"version":${future}`)));
    await refused('desired foreign-recipient', () => put(state(future, { endpointId: other }), present));
    await refused('desired key-retired', () => put(state(future), old.desired));
    if (first !== undefined) await refused('desired older-version', () => again(first));
    const { runs } = await kanade.json(resultSchema, 'run', '-e', endpointId, '--', 'echo still here');
    expect(runs).toMatchObject([{ state: 'succeeded', stdout: 'still here\n' }]);
  });
});
