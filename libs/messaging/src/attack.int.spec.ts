import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/nats-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { streamTable } from './broker/streams.ts';
import { connectCore, wireOf } from './core/connection.ts';
import type { CoreConnection } from './core/connection.ts';
import { openCommandQueue } from './core/command-queue.ts';
import { respondRenew } from './core/responders.ts';
import { issueTestEndpoint, startTestBroker } from './testing/index.ts';
import type { TestBroker } from './testing/index.ts';
import { openWire } from './wire/connect.ts';
import { publishStored, streamState } from './wire/jetstream.ts';

/** The attacker is a plain client with the real credential of endpoint e1; the victim is e2, and everything that is CORE's. */
let broker: TestBroker;
let admin: CoreConnection;
let backend: CoreConnection;
let e1: NatsConnection;
let e2: NatsConnection;
const seenInCore: string[] = [];
const utf8 = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

const ownEvents = 'kanade.events.endpoint.e1';
const lastEventOf = (id: string) => `$JS.API.DIRECT.GET.KANADE_EVENTS.kanade.events.endpoint.${id}`;
const nextOf = (id: string) => `$JS.API.CONSUMER.MSG.NEXT.KANADE_COMMANDS.${id}`;
const desiredOf = (id: string) => `$JS.API.DIRECT.GET.KV_kanade_desired.$KV.kanade_desired.${id}`;

async function plainClient(id: string): Promise<NatsConnection> {
  const { credentials } = issueTestEndpoint(broker, id);
  return openWire({ urls: [broker.url], name: id, inboxPrefix: `_INBOX.${id}`, credentials: () => credentials, ca: null, reconnect: true });
}

const sentinels = [
  'kanade.events.control.token.sentinel', 'kanade.commands.sentinel', 'kanade.output.s.s.stdout.0', 'kanade.private.s.s', 'kanade.metrics.s',
  '$KV.kanade_desired.s', '$KV.kanade_identity.s', '$KV.kanade_leases.s', '$O.kanade_packages.C.s', '$O.kanade_releases.C.s', '$O.kanade_scripts.C.s',
];
let recorded = 0;

/** How much each stream has ever stored, our own sentinels apart: they are stored behind all that came before, so nothing is missed. */
async function record(): Promise<Record<string, number>> {
  for (const subject of sentinels) await publishStored(wireOf(admin), subject, utf8('sentinel'), {});
  recorded += 1;
  const found: Record<string, number> = {};
  for (const { config } of streamTable) found[config.name] = ((await streamState(wireOf(admin), config.name))?.lastSequence ?? NaN) - recorded;
  return found;
}

async function queueFor(endpointId: string, messageId: string): Promise<void> {
  await openCommandQueue(backend).publish([{ endpointId, body: utf8(`for ${endpointId}`), headers: {}, ttlSeconds: 3600, messageId }]);
}

async function lastOf(subject: string): Promise<number> {
  const answer = await wireOf(admin).request('$JS.API.DIRECT.GET.KANADE_EVENTS', JSON.stringify({ last_by_subj: subject }));
  return Number(answer.headers?.get('Nats-Sequence') ?? 0);
}

/** Everything said so far has taken effect: an answered request of the attacker, then of the observer, twice. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await e1.flush();
    await e1.request('$JS.API.DIRECT.GET.OBJ_kanade_packages.$O.kanade_packages.M.none');
    await wireOf(admin).flush();
    await wireOf(admin).request('$JS.API.STREAM.INFO.KANADE_EVENTS');
  }
}

beforeAll(async () => {
  broker = await startTestBroker();
  admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'observer' });
  backend = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'backend' });
  wireOf(admin).subscribe('>', { callback: (_error, message) => void seenInCore.push(message.subject) });
  await openCommandQueue(backend).ensureConsumers(['e1', 'e2']);
  for (let n = 0; n < 40; n += 1) for (const id of ['e1', 'e2']) await queueFor(id, `${id}-${n}`);
  for (const id of ['e1', 'e2']) await publishStored(wireOf(backend), `$KV.kanade_desired.${id}`, utf8(`desired of ${id}`), {});
  await publishStored(wireOf(backend), 'kanade.events.control.job.j1', utf8('a control event'), {});
  await publishStored(wireOf(admin), '$O.kanade_packages.C.chunk', utf8('chunk'), {});
  respondRenew(backend, ({ endpointId }) => Promise.resolve(utf8(`renewed ${endpointId}`)));
  await wireOf(backend).flush();
  e1 = await plainClient('e1');
  e2 = await plainClient('e2');
  await publishStored(e2, 'kanade.events.endpoint.e2', utf8("e2's own event"), {});
});
afterAll(async () => {
  await Promise.all([e1.close(), e2.close(), admin.close(), backend.close()]);
  await broker.stop();
});
beforeEach(async () => {
  // The positive control before everything: what e1 may do works, and the content of its last event is of its choice.
  expect(await publishStored(e1, ownEvents, utf8({ specversion: '1.0', source: 'control/job/j1', forged: true }), {})).toMatchObject({ sequence: expect.any(Number) });
  await settle();
});

describe('publishing what is not its own', () => {
  const foreign = [
    'kanade.events.endpoint.e2', 'kanade.events.endpoint.e1.x', 'kanade.events.control.job.j1', 'kanade.events.control.endpoint.e1', 'kanade.commands.e1', 'kanade.commands.e2',
    'kanade.private.e2.x', 'kanade.private.control.x', 'kanade.output.e2.r.stdout.0', 'kanade.metrics.e2', 'kanade.presence.e2', 'kanade.live.e2.r.stdout',
    'kanade.ask.e2.ping', 'kanade.renew.e2', 'kanade.enrol.t1', '_INBOX.e2.x', '_R_.x', '$SYS.REQ.SERVER.PING',
    '$KV.kanade_desired.e1', '$KV.kanade_desired.e2', '$KV.kanade_identity.x', '$KV.kanade_leases.x', '$O.kanade_packages.C.x', '$O.kanade_packages.M.x',
    nextOf('e2'), '$JS.API.CONSUMER.MSG.NEXT.KANADE_EVENTS.e1', '$JS.ACK.KANADE_COMMANDS.e2.1.1.1.1.0', lastEventOf('e2'), desiredOf('e2'),
    '$JS.API.DIRECT.GET.KANADE_EVENTS', '$JS.API.DIRECT.GET.KANADE_EVENTS.kanade.events.control.job.j1', '$JS.API.DIRECT.GET.KV_kanade_desired', '$JS.API.DIRECT.GET.KV_kanade_identity',
    '$JS.API.DIRECT.GET.KANADE_OUTPUT', '$JS.API.DIRECT.GET.KANADE_PRIVATE', '$JS.API.INFO', '$JS.API.STREAM.INFO.KANADE_EVENTS', '$JS.API.STREAM.MSG.GET.KANADE_EVENTS',
    '$JS.API.STREAM.MSG.DELETE.KANADE_OUTPUT', '$JS.API.STREAM.PURGE.KANADE_OUTPUT', '$JS.API.STREAM.DELETE.KANADE_EVENTS', '$JS.API.STREAM.UPDATE.KANADE_EVENTS', '$JS.API.STREAM.SNAPSHOT.KANADE_EVENTS',
    '$JS.API.CONSUMER.CREATE.KANADE_EVENTS.e1', '$JS.API.CONSUMER.DURABLE.CREATE.KANADE_COMMANDS.e1', '$JS.API.CONSUMER.INFO.KANADE_COMMANDS.e1', '$JS.API.CONSUMER.DELETE.KANADE_COMMANDS.e2',
  ];
  it.each(foreign)('%s is refused, stores nothing and reaches nobody in CORE', async (subject) => {
    const before = await record();
    seenInCore.length = 0;
    await expect(e1.request(subject, '{}', { timeout: 2000 })).rejects.toThrow(/permission/i);
    e1.publish(subject, utf8('x'));
    await settle();
    expect(seenInCore.filter((seen) => seen === subject && !seen.startsWith('$JS.API.STREAM.INFO'))).toEqual([]);
    expect(await record()).toEqual(before);
  });
});

describe('subscribing to what is not its own', () => {
  it.each(['>', '*.>', 'kanade.>', 'kanade.events.>', 'kanade.ask.e2.*', 'kanade.ask.*.*', 'kanade.live.e2.>', 'kanade.presence.*', '_INBOX.>', '_INBOX.e2.>', '_INBOX.*.>', '_INBOX.enrol.>', '$JS.>', '$KV.>', '$O.>', '$SYS.>', '_R_.>'])(
    '%s is refused',
    async (subject) => {
      let refusal: Error | undefined;
      let got = 0;
      const subscription = e1.subscribe(subject, {
        callback: (error) => {
          if (error === null) got += 1;
          else refusal = error;
        },
      });
      await e1.flush();
      expect(refusal?.message).toMatch(/permission/i);
      e2.publish('kanade.presence.e2', utf8('beat'));
      await e2.flush();
      await settle();
      expect(got).toBe(0);
      subscription.unsubscribe();
    },
  );
});

describe('asking for more through an own read', () => {
  const bodies = [
    { seq: 1 }, { seq: 2 }, { last_by_subj: 'kanade.events.endpoint.e2' }, { last_by_subj: 'kanade.events.control.job.j1' }, { next_by_subj: '>', batch: 100 }, { seq: 1, next_by_subj: '>' },
    { seq: 1, batch: 100, next_by_subj: '>' }, { multi_last: ['>'] }, { multi_last: ['>'], batch: 100 }, { start_time: '2020-01-01T00:00:00Z', batch: 10 }, { batch: 10 }, { no_hdr: true },
  ];
  for (const [name, subject, own] of [
    ['last event', () => lastEventOf('e1'), ownEvents],
    ['desired state', () => desiredOf('e1'), '$KV.kanade_desired.e1'],
  ] as const) {
    it.each(bodies)(`the import of the own ${name}, with the body %j, gives only that`, async (body) => {
      // The control: without a body it answers.
      expect((await e1.request(subject())).headers?.get('Nats-Subject')).toBe(own);
      const answers: string[] = [];
      const inbox = '_INBOX.e1.many';
      const subscription = e1.subscribe(inbox, { callback: (_error, message) => void answers.push(message.headers?.get('Nats-Subject') ?? '') });
      e1.publish(subject(), JSON.stringify(body), { reply: inbox });
      await settle();
      subscription.unsubscribe();
      expect(answers.length).toBeGreaterThan(0);
      expect(answers.filter((answered) => answered !== '' && answered !== own)).toEqual([]);
    });
  }
});

describe('steering an answer with a foreign reply subject', () => {
  const forms: Readonly<Record<string, { subject: string; body: unknown }>> = {
    'PubAck of an own event': { subject: ownEvents, body: 'forged through an acknowledgement' },
    'PubAck of own output': { subject: 'kanade.output.e1.r1.stdout.0', body: 'output' },
    'PubAck of an own private part': { subject: 'kanade.private.e1.p1', body: 'private' },
    'PubAck of an own sample': { subject: 'kanade.metrics.e1', body: 'sample' },
    'an own beat': { subject: 'kanade.presence.e1', body: 'beat' },
    'own live output': { subject: 'kanade.live.e1.r1.stdout', body: 'live' },
    'own last event, content of its choice': { subject: lastEventOf('e1'), body: '' },
    'own next command': { subject: nextOf('e1'), body: { batch: 1, no_wait: true } },
    'own desired state': { subject: desiredOf('e1'), body: '' },
    'chunks of a package': { subject: '$JS.API.DIRECT.GET.OBJ_kanade_packages', body: { seq: 1, next_by_subj: '$O.kanade_packages.C.>', batch: 10 } },
    renewal: { subject: 'kanade.renew.e1', body: '{}' },
  };
  const targets = [
    'kanade.events.endpoint.e2', 'kanade.events.endpoint.e1', 'kanade.events.control.job.j1', 'kanade.events.control.endpoint.e2', 'kanade.commands.e1', 'kanade.commands.e2', 'kanade.private.control.x',
    'kanade.private.e2.x', 'kanade.output.e2.r.stdout.0', 'kanade.metrics.e2', 'kanade.presence.e2', 'kanade.live.e2.r.stdout', '$KV.kanade_desired.e2', '$KV.kanade_desired.e1', '$KV.kanade_identity.a',
    '$KV.kanade_leases.l', '$O.kanade_packages.C.x', '$O.kanade_packages.M.x', nextOf('e2'), '$JS.ACK.KANADE_COMMANDS.e2.1.1.1.1.0', '$JS.API.STREAM.DELETE.KANADE_OUTPUT', '$JS.API.STREAM.PURGE.KANADE_OUTPUT',
    'kanade.enrol.t1', 'kanade.renew.e2', lastEventOf('e2'), desiredOf('e2'), '$JS.API.DIRECT.GET.KANADE_EVENTS', '$SYS.REQ.CLAIMS.UPDATE',
  ];
  const storing = new Set([ownEvents, 'kanade.output.e1.r1.stdout.0', 'kanade.private.e1.p1', 'kanade.metrics.e1']);

  it.each(Object.entries(forms))('%s reaches no other subject', async (_name, form) => {
    const body = utf8(form.body);
    const before = await record();
    const foreignBefore = [await lastOf('kanade.events.endpoint.e2'), await lastOf('kanade.events.control.job.j1')];
    const leaked: string[] = [];
    const refused: string[] = [];
    for (const target of targets) {
      seenInCore.length = 0;
      e1.publish(form.subject, body, { reply: target });
      await settle();
      if (!seenInCore.includes(form.subject)) refused.push(target);
      leaked.push(...seenInCore.filter((subject) => subject === target && subject !== form.subject));
    }
    // The requests themselves arrived (the control), but for the reply the server refuses at once; their answers are nowhere in CORE.
    expect(refused).toEqual(['$JS.ACK.KANADE_COMMANDS.e2.1.1.1.1.0']);
    expect(leaked).toEqual([]);
    expect([await lastOf('kanade.events.endpoint.e2'), await lastOf('kanade.events.control.job.j1')]).toEqual(foreignBefore);
    const after = await record();
    // Its own publishes are stored, once each, where they belong; nothing else is.
    const own = storing.has(form.subject) ? targets.length - refused.length : 0;
    const grown = Object.entries(after).map(([stream, last]) => last - (before[stream] ?? NaN));
    expect(grown.filter((count) => count !== 0)).toEqual(own > 0 ? [own] : []);
  });

  it.each(Object.entries(forms).filter(([, { subject }]) => !/presence|live/.test(subject)))('%s does answer an own inbox', async (_name, form) => {
    await queueFor('e1', randomUUID());
    const answer = await e1.request(form.subject, utf8(form.body), { timeout: 3000, noMux: true });
    expect(answer.headers?.code ?? 0).toBe(0);
  });

  it('a steered answer that reaches the chunk reads finds no reply to be answered to', async () => {
    const replies: (string | undefined)[] = [];
    const target = '$JS.API.DIRECT.GET.OBJ_kanade_packages';
    const subscription = wireOf(admin).subscribe(target, { callback: (_error, message) => void replies.push(message.reply) });
    await wireOf(admin).flush();
    await publishStored(e1, ownEvents, utf8({ seq: 1, next_by_subj: '>', batch: 100 }), {});
    for (const [subject, body] of [[lastEventOf('e1'), ''], [desiredOf('e1'), ''], [nextOf('e1'), { batch: 1, no_wait: true }]] as const) {
      e1.publish(subject, utf8(body), { reply: target });
      await settle();
    }
    subscription.unsubscribe();
    expect(replies.length).toBeGreaterThan(0);
    // A pulled command keeps its acknowledgement's subject: what answers there acknowledges the attacker's own command.
    expect(replies.filter((reply) => reply !== undefined && reply !== '' && !reply.startsWith('$JS.ACK.KANADE_COMMANDS.e1.'))).toEqual([]);
  });

  it('works inside CORE, where there is no border: the observer would see it', async () => {
    const before = await lastOf('kanade.events.endpoint.e2');
    wireOf(admin).publish('kanade.events.control.job.j2', utf8('x'), { reply: 'kanade.events.endpoint.e2' });
    await settle();
    await expect.poll(() => lastOf('kanade.events.endpoint.e2')).toBeGreaterThan(before);
  });
});
