import { chainStart, headers as names, subjects } from '@kanade/contracts';
import { chainHash, connectCore, createSigningKey, loadServerKeys, openEventLog, sha256Hex, signMessage } from '@kanade/messaging';
import type { CoreConnection, EventLog, SigningKey } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Person } from '../accounts/people.spec-kit.ts';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';
import { newId } from '../history/uuid.ts';

const itemSchema = z.object({ position: z.string(), code: z.string(), reason: z.string(), stream: z.string(), subject: z.string(), endpointId: z.string().nullable(), size: z.number(), recordedAt: z.string() });
type Headers = Readonly<Record<string, string>>;

let installation: TestInstallation;
let backend: TestBackend;
let core: CoreConnection;
let log: EventLog;
let control: SigningKey;
let endpointId: string;

/** Puts anything straight into the stream, as whoever holds the broker could. */
async function put(subject: string, body: Uint8Array | string, headers: Headers = {}): Promise<number> {
  const expectedLastSequence = (await log.readLast(subject))?.sequence ?? 0;
  const result = await log.append([{ subject, body: Buffer.from(body), headers, expectedLastSequence }]);
  return result.outcome === 'stored' ? (result.sequences[0] ?? 0) : 0;
}

const siteOf = (name: string) => subjects.controlEvents('site', name);
const siteCreated = (name: string, change: object = {}) =>
  JSON.stringify({ specversion: '1.0', id: newId(Date.now()), source: `control/site/${name}`, type: 'kanade.site.created.v1', time: new Date().toISOString(), principal: 'system', data: { site: name }, ...change });
/** A control event that is signed as the backend's own are. */
const signed = (name: string, body: Uint8Array | string, key = control) => put(siteOf(name), body, signMessage(key, 'control', siteOf(name), Buffer.from(body)));

/** Where the endpoint's chain is; what is put by `linked` continues it. */
let head = { sequence: 0, hash: chainStart };
function linkOf(body: Uint8Array | string, change: { sequence?: number; previous?: string } = {}): Headers {
  const place = { subject: subjects.endpointEvents(endpointId), epoch: 1, sequence: change.sequence ?? head.sequence + 1, previous: change.previous ?? head.hash };
  const hash = chainHash({ ...place, bodyDigest: sha256Hex(Buffer.from(body)) });
  if (place.sequence > head.sequence) head = { sequence: place.sequence, hash };
  return { [names.epoch]: '1', [names.sequence]: String(place.sequence), [names.previous]: place.previous };
}
const linked = (body: Uint8Array | string, extra: Headers = {}) => put(subjects.endpointEvents(endpointId), body, { ...linkOf(body), ...extra });
const ofEndpoint = (type: string, data: unknown, change: object = {}) =>
  JSON.stringify({ specversion: '1.0', id: newId(Date.now()), source: `endpoint/${endpointId}`, type, time: new Date().toISOString(), data, ...change });
const refusal = { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } };

const kinds: readonly (readonly [string, string, () => Promise<number>])[] = [
  ['an unsigned control event', 'bad-signature', () => put(siteOf('unsigned'), siteCreated('unsigned'))],
  ['a control event that a stranger signed', 'bad-signature', () => signed('strange', siteCreated('strange'), createSigningKey())],
  ['a control event with the signature of another', 'bad-signature', () => put(siteOf('borrowed'), siteCreated('borrowed'), signMessage(control, 'control', siteOf('borrowed'), Buffer.from(siteCreated('other'))))],
  ['a control event that is stored once more', 'replayed', async () => {
    const body = siteCreated('twice');
    await signed('twice', body);
    return signed('twice', body);
  }],
  ['a signed text that is no JSON', 'not-json', () => signed('garbled', '{"specversion":')],
  ['a signed body without anything in it', 'not-json', () => signed('empty', '')],
  ['a signed type nobody knows', 'unknown-type', () => signed('dreamt', siteCreated('dreamt', { type: 'kanade.site.dreamt.v1' }))],
  ['a signed version nobody knows', 'unknown-type', () => signed('future', siteCreated('future', { type: 'kanade.site.created.v9' }))],
  ['a signed event that says it is of another subject', 'foreign-source', () => signed('here', siteCreated('here', { source: 'control/site/there' }))],
  ['a signed type of another kind of thing', 'foreign-source', () => signed('mixed', siteCreated('mixed', { type: 'kanade.secret.deleted.v1', data: { name: 'mixed' } }))],
  ['a signed event with a key too many', 'bad-shape', () => signed('extra', siteCreated('extra', { data: { site: 'extra', more: 1 } }))],
  ['a signed event of a thing there is not', 'foreign-source', () => {
    const [subject, body] = ['kanade.events.control.nonsense.x', siteCreated('x', { source: 'control/nonsense/x' })];
    return put(subject, body, signMessage(control, 'control', subject, Buffer.from(body)));
  }],
  ['an endpoint nobody enrolled', 'endpoint-unknown', () => put(subjects.endpointEvents('stranger'), '{}')],
  ['an event outside its chain', 'chain-missing', () => put(subjects.endpointEvents(endpointId), ofEndpoint('kanade.command.refused.v1', refusal))],
  ['an event whose predecessor is another', 'chain-broken', () => {
    const body = ofEndpoint('kanade.command.refused.v1', refusal);
    return put(subjects.endpointEvents(endpointId), body, linkOf(body, { previous: 'f'.repeat(64) }));
  }],
  ['a hole in the chain', 'chain-broken', () => {
    const body = ofEndpoint('kanade.command.refused.v1', refusal);
    return put(subjects.endpointEvents(endpointId), body, linkOf(body, { sequence: head.sequence + 5 }));
  }],
  ['a step back in the chain', 'chain-rewound', () => {
    const body = ofEndpoint('kanade.command.refused.v1', refusal);
    return put(subjects.endpointEvents(endpointId), body, linkOf(body, { sequence: 1, previous: chainStart }));
  }],
  ['a header that only the broker writes', 'foreign-header', () => put(subjects.endpointEvents(endpointId), ofEndpoint('kanade.command.refused.v1', refusal), { 'Nats-Stream': 'KANADE_EVENTS' })],
  ['bytes that are no text', 'not-json', () => linked(Buffer.from([0xff, 0xfe, 0x00, 0x1b]))],
  ['a text that a terminal would obey', 'not-json', () => linked('\u001b]0;owned\u0007\u001b[2J')],
  ['900,000 bytes', 'not-json', () => linked('x'.repeat(900_000))],
  ['100,000 brackets', 'unknown-type', () => linked('['.repeat(100_000) + ']'.repeat(100_000))],
  ['a known type with something deep in it', 'bad-shape', () => linked(`{"type":"kanade.command.refused.v1","data":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`)],
  ['no object', 'unknown-type', () => linked('null')],
  ['what only the backend may tell', 'unknown-type', () => linked(ofEndpoint('kanade.site.created.v1', { site: 'mine' }))],
  ['the source of another endpoint', 'foreign-source', () => linked(ofEndpoint('kanade.command.refused.v1', refusal, { source: 'endpoint/another' }))],
  ['a run nobody asked for', 'run-unknown', () => linked(ofEndpoint('kanade.run.accepted.v1', { runId: newId(1), executionId: newId(1), commandSequence: 1 }))],
];
const put1 = new Map<string, number>();

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  core = await connectCore({ url: installation.broker.url, credsFile: installation.broker.adminCreds, name: 'intruder' });
  log = await openEventLog(core);
  ({ control } = loadServerKeys(installation.broker.keysDir));
  const agent = await FakeAgent.enrol(backend, 'poisoner');
  ({ endpointId } = agent);
  await agent.close();
  for (const [what, , act] of kinds) put1.set(what, await act());
});
afterAll(async () => {
  await core.close();
  await installation.stop();
});

const list = async () => z.array(itemSchema).parse((await backend.call('GET', `/read-model/poison?limit=500&minPosition=${log.incarnation}:${await log.lastSequence()}`)).body['items']);
const model = async () => (await backend.call('GET', '/read-model')).body;
const rebuilt = (number: number) => eventually(async () => ((await model())['number'] === number ? true : undefined), `read model ${number}`);

describe('poison put straight into the stream', () => {
  it.each(kinds)('%s is listed as %s', async (what, code) => {
    const found = (await list()).find(({ position }) => position === `${log.incarnation}:${put1.get(what)}`);
    expect(found).toMatchObject({ code, stream: 'events' });
    expect(found?.reason).not.toBe('');
  });

  it('is all of it, and has stopped nothing', async () => {
    expect((await list()).length).toBe(kinds.length);
    const { body } = await backend.call('PUT', '/sites/afterwards');
    expect(JSON.stringify((await backend.call('GET', `/sites?minPosition=${z.string().parse(body['position'])}`)).body)).toContain('afterwards');
    await eventually(async () => (JSON.stringify((await backend.call('GET', '/status')).body).includes(`"poisonCount":${kinds.length}`) ? true : undefined), 'the status to tell');
    expect(await model()).toMatchObject({ number: 1, poison: { count: kinds.length, since: `${log.incarnation}:${put1.get('an unsigned control event')}` }, rebuild: null });
  });

  it('makes what it concerns say since when it may be incomplete', async () => {
    expect((await backend.call('GET', `/endpoints/${endpointId}`)).body['incompleteSince']).toBe(`${log.incarnation}:${put1.get('an event outside its chain')}`);
    const clean = await FakeAgent.enrol(backend, 'clean');
    const shown = await eventually(async () => {
      const { status, body } = await backend.call('GET', `/endpoints/${clean.endpointId}`);
      return status === 200 ? body : undefined;
    }, 'the endpoint to be folded');
    expect(shown['incompleteSince']).toBe(null);
    await clean.close();
  });

  it('is shown with its beginning, as text where it is one', async () => {
    const show = async (what: string) => (await backend.call('GET', `/read-model/poison/${log.incarnation}:${put1.get(what)}`)).body;
    expect(await show('bytes that are no text')).toMatchObject({ endpointId, text: null, bytes: Buffer.from([0xff, 0xfe, 0x00, 0x1b]).toString('base64'), truncated: false });
    expect(await show('900,000 bytes')).toMatchObject({ size: 900_000, text: 'x'.repeat(16_384), truncated: true });
    expect(await show('a text that a terminal would obey')).toMatchObject({ text: '\u001b]0;owned\u0007\u001b[2J' });
    expect((await backend.call('GET', `/read-model/poison/${log.incarnation}:1`)).status).toBe(404);
    expect((await backend.call('GET', `/read-model/poison/${log.incarnation}:1?stream=output`)).status).toBe(404);
  });

  it('is tried once more by administrators only, which builds everything anew and is in the audit', async () => {
    const operator = await Person.join(backend, 'oto', 'operator');
    await operator.signIn();
    for (const path of ['/read-model/rebuilds', '/read-model/poison/retries']) expect((await operator.send('POST', path)).status).toBe(403);
    const before = await list();
    const answer = await backend.call('POST', '/read-model/poison/retries');
    expect(answer).toMatchObject({ status: 202, body: { rebuild: { number: 2 } } });
    await rebuilt(2);
    expect(await list()).toEqual(before);
    expect(JSON.stringify((await backend.call('GET', '/audit?type=kanade.read-model.rebuild-requested.v1')).body)).toContain('"admin (test)"');
    expect((await backend.call('POST', '/read-model/rebuilds')).status).toBe(202);
    await rebuilt(3);
  });
});

it('there is nothing to retry where everything could be folded', async () => {
  const other = await startInstallation();
  const clean = await other.backend();
  expect(await clean.call('POST', '/read-model/poison/retries')).toMatchObject({ status: 409, body: { code: 'conflict' } });
  await other.stop();
});
