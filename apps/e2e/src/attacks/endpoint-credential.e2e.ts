import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headers as newHeaders } from '@nats-io/transport-node';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { detachedSchema, endpointListSchema, eventListSchema } from '../answers.ts';
import { Installation } from '../installation.ts';
import { isAlive } from '../program.ts';
import { until } from '../until.ts';
import { Observer, plainClient } from './observer.ts';
import type { StreamPicture } from './observer.ts';
import { expectedStreams, forbiddenSettings, onlyOn } from './stream-settings.ts';
import { foreignSubjects, foreignSubscriptions, foreignTargets, ownForms } from './subjects.ts';
import type { Cast } from './subjects.ts';

let kanade: Installation;
let observer: Observer;
let attacker: NatsConnection;
let victim: NatsConnection;
let cast: Cast;
let releaseBackend: () => void;

const pubAck = z.looseObject({ stream: z.string(), seq: z.int() });
const own = () => `kanade.events.endpoint.${cast.attacker}`;

/** A part is killed and stays down, so that nothing but the attacker does anything. */
async function silence(part: 'agent' | 'simulated' | 'backend'): Promise<() => void> {
  const release = kanade.hold(part);
  const killed = kanade.kill(part);
  await until(`${part} to be gone`, () => !isAlive(killed) || undefined);
  return release;
}

/** All that was said so far has had its effect: what was asked after it has been answered. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await attacker.flush();
    await attacker.request('$JS.API.DIRECT.GET.OBJ_kanade_packages.$O.kanade_packages.M.none');
    await observer.nc.flush();
    await observer.nc.request('$JS.API.STREAM.INFO.KANADE_EVENTS');
  }
}

/** What is stored and how far the victim's queue was read. */
async function everything() {
  return { streams: await observer.picture(), victimsQueue: (await observer.queues())[cast.victim] };
}

beforeAll(async () => {
  kanade = await Installation.start({ endpoints: 2 });
  const { agents, natsUrl } = kanade.runtime;
  const [, first, second] = agents;
  if (first === undefined || second === undefined) throw new Error('there are no simulated endpoints');
  cast = { attacker: first.endpointId, victim: second.endpointId };
  for (const part of ['agent', 'simulated'] as const) await silence(part);
  observer = await Observer.connect(kanade.runtime);
  // Something to steal and to spoil in every place: commands wait for both, and the buckets are not empty.
  for (let n = 0; n < 3; n += 1) await kanade.json(detachedSchema, 'run', '--all', '--detach', '--', 'echo a secret');
  await until('the commands to be queued', async () => ((await observer.picture())['KANADE_COMMANDS']?.messages ?? 0) >= 9 || undefined);
  releaseBackend = await silence('backend');
  const admin = observer.nc;
  for (const id of [cast.attacker, cast.victim]) await admin.request(`$KV.kanade_desired.${id}`, `desired of ${id}`);
  for (const bucket of ['kanade_packages', 'kanade_releases', 'kanade_scripts']) {
    for (const subject of [`$O.${bucket}.C.chunk`, `$O.${bucket}.M.meta`]) await admin.request(subject, `in ${bucket}`);
  }
  await until('the lease to end', async () => (await observer.picture())['KV_kanade_leases']?.messages === 0 || undefined);
  attacker = await plainClient(natsUrl, first.natsCreds, `_INBOX.${cast.attacker}`);
  victim = await plainClient(natsUrl, second.natsCreds, `_INBOX.${cast.victim}`);
});
afterAll(async () => {
  await Promise.all([attacker.close(), victim.close(), observer.nc.close()]);
  await kanade.discard();
});

describe('a plain client with the credential of one endpoint', () => {
  it('may do what an agent does', async () => {
    expect(pubAck.parse((await attacker.request(own(), '{}')).json()).stream).toBe('KANADE_EVENTS');
    const forms = ownForms(cast).filter(({ stores, name }) => stores === undefined && !/renewal|acknowledgement/.test(name));
    for (const { name, subject, body } of forms) {
      const answer = await attacker.request(subject, body, { timeout: 3000, noMux: true });
      expect(answer.headers?.code ?? 0, name).toBe(0);
      expect(answer.string(), name).not.toContain(cast.victim);
    }
  });

  it('publishes nowhere else, asks for nothing else: nothing is stored, read or changed', async () => {
    const before = await everything();
    observer.seen.length = 0;
    const subjects = foreignSubjects(cast);
    const answered: string[] = [];
    for (const subject of subjects) {
      const answer = await attacker.request(subject, '{"seq":1,"batch":10}', { timeout: 2000 }).then(() => 'an answer', (error: unknown) => (error instanceof Error ? error.message : 'an error'));
      if (!/permission/i.test(answer)) answered.push(`${subject}: ${answer}`);
      attacker.publish(subject, 'forged');
    }
    await settle();
    expect(answered).toEqual([]);
    const observersOwn = /^\$JS\.API\.(STREAM\.(INFO|LIST|MSG\.GET)|CONSUMER\.LIST)\b/;
    expect(observer.seen.filter((seen) => subjects.includes(seen) && !observersOwn.test(seen))).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('hears nothing of others', async () => {
    const subjects = foreignSubscriptions(cast);
    const heard: string[] = [];
    const refused = new Set<string>();
    for (const subject of subjects) {
      attacker.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) heard.push(`${subject}: ${message.subject}`);
          else refused.add(subject);
        },
      });
      await attacker.flush();
    }
    let delivered = 0;
    victim.subscribe(`_INBOX.${cast.victim}.mine`, { callback: () => void (delivered += 1) });
    victim.publish(`kanade.presence.${cast.victim}`, 'beat');
    victim.publish(`kanade.live.${cast.victim}.run.stdout`, 'live');
    victim.publish(`$JS.API.CONSUMER.MSG.NEXT.KANADE_COMMANDS.${cast.victim}`, '{"batch":1,"no_wait":true}', { reply: `_INBOX.${cast.victim}.mine` });
    victim.publish(`kanade.metrics.${cast.victim}`, 'sample', { reply: `_INBOX.${cast.victim}.mine` });
    await until('the victim to hear its answers', () => delivered >= 2 || undefined);
    observer.nc.publish(`kanade.ask.${cast.victim}.ping`, 'a question');
    await settle();
    expect(subjects.filter((subject) => !refused.has(subject))).toEqual([]);
    expect(heard).toEqual([]);
  });

  it('cannot roll up, replace, schedule, expire or redirect by the headers of what it may publish', async () => {
    const before = await everything();
    const stored: string[] = [];
    const forms = ownForms(cast).filter(({ stores }) => stores !== undefined);
    const attempts = [
      ['Nats-Rollup', 'all'], ['Nats-Rollup', 'sub'], ['Nats-TTL', '1s'], ['Nats-Incr', '+1'], ['Nats-Schedule', '@at 2030-01-01T00:00:00Z'], ['Nats-Expected-Stream', 'KANADE_COMMANDS'],
      ['Nats-Expected-Last-Msg-Id', 'x'], ['Nats-Trace-Dest', `kanade.events.endpoint.${cast.victim}`],
    ] as const;
    for (const form of forms) {
      for (const [name, value] of attempts) {
        const headers = newHeaders();
        headers.set(name, value);
        // Where a schedule would lead; of no effect without one.
        if (name === 'Nats-Schedule') headers.set('Nats-Schedule-Target', `kanade.events.endpoint.${cast.victim}`);
        const answer = await attacker.request(form.subject, form.body, { headers, timeout: 500 }).then((message) => message.string(), () => 'no answer');
        if (!/"error"|no answer/.test(answer)) stored.push(`${name} on ${form.name}: ${answer}`);
      }
    }
    await settle();
    expect(stored).toEqual([]);
    expect(await everything()).toEqual(before);
  });
});

describe('batch headers', () => {
  const open = (sequence: number, more: Readonly<Record<string, string>> = {}) => {
    const headers = newHeaders();
    for (const [name, value] of Object.entries({ 'Nats-Batch-Id': crypto.randomUUID(), 'Nats-Batch-Sequence': String(sequence), ...more })) headers.set(name, value);
    return headers;
  };
  const ask = (subject: string, headers: MsgHdrs) => attacker.request(subject, '{}', { headers, timeout: 500 }).then((message) => message.string(), () => 'no answer');

  it('open nothing where kanade appends singly', async () => {
    const before = await everything();
    const stored: string[] = [];
    for (const form of ownForms(cast).filter(({ stores }) => stores !== undefined && stores !== 'KANADE_EVENTS')) {
      for (const headers of [open(1), open(1, { 'Nats-Batch-Commit': '1' }), open(2, { 'Nats-Batch-Commit': 'eob' })]) {
        const answer = await ask(form.subject, headers);
        if (!/"error"|no answer/.test(answer)) stored.push(`${form.name}: ${answer}`);
      }
    }
    await settle();
    expect(stored).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('carry into the record neither roll-up, TTL, schedule nor counter, and store nothing of a batch that is broken or not ended', async () => {
    const before = await everything();
    const stored: string[] = [];
    const forbidden = [['Nats-Rollup', 'sub'], ['Nats-Rollup', 'all'], ['Nats-TTL', '1s'], ['Nats-Schedule', '@at 2030-01-01T00:00:00Z'], ['Nats-Incr', '+1'], ['Nats-Expected-Stream', 'KANADE_COMMANDS']] as const;
    const attempts = [
      ...forbidden.map(([name, value]) => open(1, { [name]: value, 'Nats-Batch-Commit': '1' })),
      open(1), open(2), open(2, { 'Nats-Batch-Commit': '1' }), open(0, { 'Nats-Batch-Commit': '1' }), open(1, { 'Nats-Batch-Id': 'x'.repeat(65), 'Nats-Batch-Commit': '1' }),
    ];
    for (const headers of attempts) {
      const answer = await ask(own(), headers);
      if (/"seq":[1-9]/.test(answer)) stored.push(`${headers.keys().join(", ")}: ${answer}`);
    }
    await settle();
    expect(stored).toEqual([]);
    expect(await everything()).toEqual(before);
  });
});

describe('message ids', () => {
  it('that stand in the queue of commands keep no later message out, wherever the attacker may use them', async () => {
    const used = (await observer.all('KANADE_COMMANDS', 'kanade.commands.*')).map(({ headers }) => z.string().parse(headers['Nats-Msg-Id']));
    expect(used.length).toBeGreaterThanOrEqual(9);
    const next = crypto.randomUUID();
    for (const id of [...used, next]) {
      const headers = newHeaders();
      headers.set('Nats-Msg-Id', id);
      for (const { subject, stores } of ownForms(cast)) if (stores !== undefined) attacker.publish(subject, '{}', { headers });
    }
    await settle();
    // What the backend publishes under an id the attacker took first: each stream remembers its own, and none of the attacker's has commands.
    const headers = newHeaders();
    headers.set('Nats-Msg-Id', next);
    const answer = z.looseObject({ duplicate: z.boolean().optional() }).parse((await observer.nc.request(`kanade.commands.${cast.victim}`, 'x', { headers, timeout: 5000 })).json());
    expect(answer.duplicate ?? false).toBe(false);
  });

  it('mean nothing in the streams that endpoints write to: kanade itself uses none there', async () => {
    for (const [stream, subject] of [['KANADE_EVENTS', 'kanade.events.>'], ['KANADE_OUTPUT', 'kanade.output.>'], ['KANADE_PRIVATE', 'kanade.private.>'], ['KANADE_METRICS', 'kanade.metrics.>']] as const) {
      const messages = await observer.all(stream, subject);
      expect(messages.filter((message) => message.headers['Nats-Msg-Id'] !== undefined && !message.subject.includes(cast.attacker)), stream).toEqual([]);
    }
  });
});

/** Messages a stream gained, when all that was there is still there. */
function grownBy(before: StreamPicture | undefined, after: StreamPicture | undefined): number {
  if (before === undefined || after === undefined) throw new Error('a stream came or went');
  const grown = after.lastSequence - before.lastSequence;
  expect(after.messages - before.messages).toBe(grown);
  return grown;
}

/** Makes every request a number of times with a reply subject that is not the attacker's; all that may come of it is its own publish. */
async function steer(forms: ReturnType<typeof ownForms>, mayChange: (subject: string) => boolean = () => false): Promise<void> {
  const targets = foreignTargets(cast);
  for (const form of forms) {
    const before = await everything();
    const leaked: string[] = [];
    let arrived = 0;
    for (const target of targets) {
      observer.seen.length = 0;
      attacker.publish(form.subject, form.body, { reply: target });
      await settle();
      if (observer.seen.includes(form.subject)) arrived += 1;
      leaked.push(...observer.seen.filter((seen) => seen === target));
    }
    // The server itself refuses one reply, the foreign acknowledgement; all other requests get there, and their answers nowhere.
    expect(arrived, `requests for ${form.name} that arrived`).toBe(targets.length - 1);
    expect(leaked, `answers to ${form.name}`).toEqual([]);
    // Each of its own messages is on the disk before it counts, which on a busy machine takes a moment longer than the way there.
    const { stores } = form;
    if (stores !== undefined) {
      await until(`${form.name} to be stored`, async () => grownBy(before.streams[stores], (await observer.picture())[stores]) >= arrived || undefined);
    }
    const after = await everything();
    expect(after.victimsQueue, form.name).toEqual(before.victimsQueue);
    for (const [stream, was] of Object.entries(before.streams)) {
      if (mayChange(stream)) continue;
      const is = after.streams[stream];
      expect(grownBy(was, is), `${form.name} and ${stream}`).toBe(stream === form.stores ? arrived : 0);
      expect({ ...is?.last, [form.subject]: '' }, `${form.name} and ${stream}`).toEqual({ ...was.last, [form.subject]: '' });
    }
  }
}

describe('an answer steered by a foreign reply subject', () => {
  it('reaches nothing, whatever is asked', { timeout: 300_000 }, async () => {
    await steer(ownForms(cast).filter(({ name }) => name !== 'a renewal'));
  });

  it('would be seen: inside CORE, where there is no border, it is stored', async () => {
    const before = await observer.picture();
    const target = `kanade.metrics.${cast.victim}`;
    observer.nc.publish('kanade.private.control.observed', 'x', { reply: target });
    await until('the steered acknowledgement', async () => grownBy(before['KANADE_METRICS'], (await observer.picture())['KANADE_METRICS']) === 1 || undefined);
    expect(observer.seen).toContain(target);
  });
});

describe('with the backend there', () => {
  beforeAll(async () => {
    releaseBackend();
    await until('the backend to be back', async () => (await kanade.cli('status')).code === 0 || undefined);
  });

  it('a renewal’s answer cannot be steered either', async () => {
    const answer = await attacker.request(`kanade.renew.${cast.attacker}`, '{}', { timeout: 5000, noMux: true });
    expect(answer.headers?.code ?? 0).toBe(0);
    // The backend keeps its lease, and records who has connected; the attack on the rest of the events was watched above.
    await steer(ownForms(cast).filter(({ name }) => name === 'a renewal'), (stream) => stream === 'KV_kanade_leases' || stream === 'KANADE_EVENTS');
  });

  it('its own event that nobody vouches for is kept as poison, with the reason, and moves nothing', async () => {
    const event = { specversion: '1.0', id: crypto.randomUUID(), source: `endpoint/${cast.attacker}`, type: 'kanade.run.finished.v1', time: new Date().toISOString(), data: {} };
    const { seq } = pubAck.parse((await attacker.request(own(), JSON.stringify(event))).json());
    const found = await until('the event to be listed', async () => {
      const { items } = await kanade.json(eventListSchema, 'event', 'list', '--endpoint', cast.attacker, '--limit', '500');
      return items.find(({ position }) => position.endsWith(`:${seq}`));
    });
    expect(found).toMatchObject({ status: 'poison', poisonReason: expect.stringMatching(/./) });
    expect((await kanade.cli('event', 'list', '--endpoint', cast.attacker)).stdout).toMatch(/poison/);
    const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
    expect(items.find(({ id }) => id === cast.victim)).toBeDefined();
  });
});

describe('stream-settings', () => {
  it('are those of the architecture, for every stream and no other', async () => {
    const found = await observer.configurations();
    expect([...found.keys()].sort()).toEqual(expectedStreams.map(({ name }) => name).sort());
    for (const wanted of expectedStreams) {
      const config = found.get(wanted.name);
      expect(config, wanted.name).toMatchObject(wanted);
      for (const setting of forbiddenSettings) expect(config?.[setting] ?? false, `${setting} of ${wanted.name}`).toBe(false);
    }
    for (const [setting, streams] of Object.entries(onlyOn)) {
      expect([...found.values()].filter((config) => config[setting] === true).map(({ name }) => name).sort(), setting).toEqual([...streams].sort());
    }
  });

  it('bound every stream, together to at most 80 % of what the broker may fill', async () => {
    const brokerConfig = readFileSync(join(kanade.dataDir, 'broker', 'nats.conf'), 'utf8');
    const maxFile = Number(/max_file: (\d+)/.exec(brokerConfig)?.[1]);
    expect(brokerConfig).toMatch(/sync_interval: always/);
    const limits = [...(await observer.configurations()).values()].map((config) => z.int().positive().parse(config['max_bytes']));
    expect(limits.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(0.8 * maxFile);
  });

  it('keep the record from being emptied, cut or changed even by the administrator', async () => {
    const before = (await observer.picture())['KANADE_EVENTS'];
    const refused = z.looseObject({ error: z.looseObject({ err_code: z.int() }) });
    refused.parse((await observer.nc.request('$JS.API.STREAM.PURGE.KANADE_EVENTS', '{}')).json());
    refused.parse((await observer.nc.request('$JS.API.STREAM.MSG.DELETE.KANADE_EVENTS', '{"seq":1}')).json());
    const config = (await observer.configurations()).get('KANADE_EVENTS');
    refused.parse((await observer.nc.request('$JS.API.STREAM.UPDATE.KANADE_EVENTS', JSON.stringify({ ...config, deny_purge: false, deny_delete: false }))).json());
    expect((await observer.picture())['KANADE_EVENTS']?.messages).toBeGreaterThanOrEqual(before?.messages ?? Infinity);
  });
});
