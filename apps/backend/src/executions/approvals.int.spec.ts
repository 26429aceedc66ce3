import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { enrolSecondFactor, Person } from '../accounts/people.spec-kit.ts';
import { RefusalCounts } from '../audit/refusal-counts.ts';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { Answer, TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;
let tokyo: FakeAgent;
let osaka: FakeAgent;
/** Operators of everything, and one of a single site. */
let asker: Person;
let other: Person;
let local: Person;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend({ KANADE_APPROVAL_ENDPOINTS: '1', KANADE_APPROVAL_PERIOD: '1h' });
  asker = await Person.join(backend, 'asker', 'operator');
  other = await Person.join(backend, 'other', 'operator');
  local = await Person.join(backend, 'local', 'operator', ['tokyo']);
  await backend.call('PUT', '/sites/osaka');
  for (const person of [asker, other, local]) await person.signIn();
  tokyo = await FakeAgent.enrol(backend, 'host-tokyo', { site: 'tokyo' });
  osaka = await FakeAgent.enrol(backend, 'host-osaka', { site: 'osaka' });
  for (const agent of [tokyo, osaka]) {
    await eventually(async () => ((await backend.call('GET', `/endpoints/${agent.endpointId}`)).status === 200 ? true : undefined), 'the endpoints to be folded');
    agent.takeCommands();
  }
});
afterAll(() => installation.stop());

const both = () => [tokyo.endpointId, osaka.endpointId];
const request = (ids: readonly string[], extra: object = {}) => ({ targets: { kind: 'endpoints', ids }, what: { kind: 'script', execute: { shell: 'sh', script: 'echo hello' } }, ...extra });
const ask = (person: Person, extra: object = {}, ids = both()) => person.send('POST', '/executions', request(ids, extra));
const waits = { confirm: { kind: 'approval' } };
const idOf = ({ body }: Answer) => z.string().parse(body['executionId']);
const commandsOf = (executionId: string) => [tokyo, osaka].flatMap((agent) => agent.commands.filter((command) => command.executionId === executionId));
const sent = (executionId: string) => eventually(() => (commandsOf(executionId).length === 2 ? true : undefined), 'its commands');
const decide = (person: Person, verb: 'approve' | 'deny', id: string, body?: object) => person.send('POST', `/executions/${id}/${verb}`, body);
const after = async ({ body }: Answer, id: string) => (await backend.call('GET', `/executions/${id}?minPosition=${String(body['position'])}`)).body;
const waiting = async (person: Person) => z.array(z.object({ id: z.string() })).parse((await person.send('GET', '/executions?approval=waiting&limit=200')).body['items']).map(({ id }) => id);
const typesOf = async (id: string) => z.array(z.object({ type: z.string() })).parse((await backend.call('GET', `/events?executionId=${id}&order=asc`)).body['items']).map(({ type }) => type.replace('kanade.execution.', ''));
/** Something that needs nobody, asked for afterwards and sent: what was asked for before it would have been sent too. */
async function somethingElseIsSent(): Promise<void> {
  const made = await ask(other, {}, [tokyo.endpointId]);
  await eventually(() => (commandsOf(idOf(made)).length === 1 ? true : undefined), 'what needs nobody to be sent');
}

describe('an execution over more endpoints than a session is enough for', () => {
  it('is refused with what would do, and one over fewer is not', async () => {
    expect(await ask(asker)).toMatchObject({ status: 403, body: { code: 'confirmation-required', detail: expect.stringMatching(/on 2 endpoints, and more than 1 take a code/) } });
    expect(await backend.call('POST', '/executions', request(both()))).toMatchObject({ status: 403, body: { code: 'confirmation-required' } });
    expect(await backend.call('POST', '/executions', request([], { targets: { kind: 'all' } }))).toMatchObject({ status: 403, body: { code: 'confirmation-required' } });
    expect(await ask(asker, {}, [tokyo.endpointId])).toMatchObject({ status: 201, body: { approvalUntil: null } });
  });

  it('takes a code of the second factor, once, from a session and from a token', async () => {
    const person = await Person.join(backend, 'coded', 'operator');
    await person.signIn();
    expect(await ask(person, { confirm: { kind: 'code', code: '123456' } })).toMatchObject({ status: 403, body: { code: 'confirmation-required', detail: expect.stringMatching(/no second factor/) } });
    const { authenticator, recoveryCodes } = await enrolSecondFactor(person);
    const code = authenticator.nextCode();
    const made = await ask(person, { confirm: { kind: 'code', code } });
    expect(made).toMatchObject({ status: 201, body: { approvalUntil: null, targetCount: 2 } });
    await sent(idOf(made));
    expect(await ask(person, { confirm: { kind: 'code', code } })).toMatchObject({ status: 401, body: { code: 'second-factor-failed' } });
    const token = await backend.request('POST', '/api/v1/session/token', { username: 'coded', password: person.password, name: 'cli', code: authenticator.nextCode() });
    const byToken = (confirm: object) => backend.request('POST', '/api/v1/executions', request(both(), { confirm }), { authorization: `Bearer ${String(token.body['token'])}` });
    expect(await byToken({ kind: 'code', code: '000000' })).toMatchObject({ status: 401, body: { code: 'second-factor-failed' } });
    expect(await byToken({ kind: 'code', code: recoveryCodes[0] })).toMatchObject({ status: 201 });
    const [event] = z.array(z.object({ position: z.string() })).parse((await backend.call('GET', `/events?executionId=${idOf(made)}&type=kanade.execution.requested.v1`)).body['items']);
    expect((await backend.call('GET', `/events/${event?.position ?? ''}`)).body['body']).toContain('"confirmation":{"kind":"second-factor"}');
  });

  it('lets nobody guess codes', async () => {
    const person = await Person.join(backend, 'guessed', 'operator');
    await person.signIn();
    await enrolSecondFactor(person);
    const guess = () => ask(person, { confirm: { kind: 'code', code: '000000' } });
    for (let time = 0; time < 5; time += 1) expect((await guess()).status).toBe(401);
    expect(await guess()).toMatchObject({ status: 429, body: { code: 'too-many-attempts' } });
  });

  it('is answered the same when it is asked for again with its key, without another code', async () => {
    const headers = { cookie: asker.cookie, origin: backend.url, 'idempotency-key': crypto.randomUUID() };
    const once = await backend.request('POST', '/api/v1/executions', request(both(), waits), headers);
    const again = await backend.request('POST', '/api/v1/executions', request(both(), waits), headers);
    expect(again.body).toEqual(once.body);
    expect(typeof once.body['approvalUntil']).toBe('string');
  });
});

describe('an execution that waits for an approval', () => {
  it('sends nothing until somebody else approves it, then everything, once', async () => {
    const made = await ask(asker, waits);
    const id = idOf(made);
    expect(await after(made, id)).toMatchObject({ state: 'running', approval: { state: 'waiting', decidedBy: null }, counts: { queued: 2 } });
    await somethingElseIsSent();
    expect(commandsOf(id)).toEqual([]);
    const approved = await decide(other, 'approve', id);
    expect(approved.status).toBe(202);
    await sent(id);
    expect(await after(approved, id)).toMatchObject({ approval: { state: 'approved', decidedBy: 'other' } });
    expect(await decide(other, 'approve', id)).toMatchObject({ status: 202 });
    expect(await decide(other, 'deny', id, {})).toMatchObject({ status: 409, body: { code: 'approval-ended' } });
    expect((await typesOf(id)).filter((type) => type === 'approved.v1')).toHaveLength(1);
  });

  it('is never approved by whoever asked, whatever they hold', async () => {
    const id = idOf(await ask(asker, waits));
    expect(await decide(asker, 'approve', id)).toMatchObject({ status: 403, body: { code: 'own-approval' } });
    const token = await backend.request('POST', '/api/v1/session/token', { username: 'asker', password: asker.password, name: 'cli' });
    expect(await backend.request('POST', `/api/v1/executions/${id}/approve`, undefined, { authorization: `Bearer ${String(token.body['token'])}` })).toMatchObject({ status: 403, body: { code: 'own-approval' } });
    const second = new Person(backend, 'asker', asker.password);
    await second.signIn();
    expect(await decide(second, 'approve', id)).toMatchObject({ status: 403, body: { code: 'own-approval' } });
    const bySelf = await backend.request('POST', '/api/v1/executions', request(both(), waits), { authorization: `Bearer ${String(token.body['token'])}` });
    expect(await decide(asker, 'approve', idOf(bySelf))).toMatchObject({ status: 403, body: { code: 'own-approval' } });
    await backend.app.get(RefusalCounts).flush();
    const tried = await backend.call('GET', '/audit?outcome=refused&principal=asker');
    expect(tried.body['items']).toContainEqual(expect.objectContaining({ operation: 'approveExecution', code: 'own-approval', target: expect.objectContaining({ kind: 'execution', id }) }));
    expect(commandsOf(id)).toEqual([]);
  });

  it('is decided only by whom all of its sites are open to', async () => {
    const wide = await ask(asker, waits);
    const id = idOf(wide);
    await after(wide, id);
    for (const verb of ['approve', 'deny'] as const) expect(await decide(local, verb, id, verb === 'deny' ? {} : undefined)).toMatchObject({ status: 403, body: { code: 'forbidden', detail: expect.stringMatching(/other sites too/) } });
    const there = idOf(await ask(asker, waits, [osaka.endpointId]));
    expect((await decide(local, 'approve', there)).status).toBe(404);
    const here = await ask(asker, waits, [tokyo.endpointId]);
    await after(here, idOf(here));
    expect(await waiting(local)).toEqual(expect.arrayContaining([id, idOf(here)]));
    expect(await waiting(local)).not.toContain(there);
    expect((await decide(local, 'approve', idOf(here))).status).toBe(202);
    const viewer = await Person.join(backend, 'viewer', 'viewer');
    await viewer.signIn();
    expect((await decide(viewer, 'approve', id)).status).toBe(403);
  });

  it('ends without having run when it is denied, with the reason', async () => {
    const id = idOf(await ask(asker, waits));
    const denied = await decide(other, 'deny', id, { reason: 'not on a Friday' });
    expect(denied.status).toBe(202);
    expect(await after(denied, id)).toMatchObject({ state: 'cancelled', counts: { cancelled: 2 }, approval: { state: 'denied', decidedBy: 'other', reason: 'not on a Friday' } });
    expect(await decide(other, 'approve', id)).toMatchObject({ status: 409, body: { code: 'approval-ended', detail: expect.stringMatching(/it was denied/) } });
    await somethingElseIsSent();
    expect(commandsOf(id)).toEqual([]);
  });

  it('is withdrawn by whoever asked', async () => {
    const id = idOf(await ask(asker, waits));
    const cancelled = await asker.send('POST', `/executions/${id}/cancel`, {});
    expect(cancelled.status).toBe(202);
    expect(await after(cancelled, id)).toMatchObject({ approval: { state: 'withdrawn', decidedBy: 'asker' } });
    expect(await decide(other, 'approve', id)).toMatchObject({ status: 409 });
    await eventually(async () => ((await backend.call('GET', `/executions/${id}`)).body['state'] === 'cancelled' ? true : undefined), 'its runs to be cancelled');
    expect(commandsOf(id)).toEqual([]);
  });

  it('can have some of its runs cancelled, and sends the others', async () => {
    const made = await ask(asker, waits);
    const id = idOf(made);
    await after(made, id);
    const runs = z.array(z.object({ runId: z.string(), endpointId: z.string() })).parse((await backend.call('GET', `/executions/${id}/results`)).body['items']);
    const away = runs.find(({ endpointId }) => endpointId === osaka.endpointId);
    await asker.send('POST', `/executions/${id}/cancel`, { runIds: [away?.runId] });
    await eventually(async () => ((await backend.call('GET', `/runs/${away?.runId ?? ''}`)).body['state'] === 'cancelled' ? true : undefined), 'one run to be cancelled');
    expect(commandsOf(id)).toEqual([]);
    expect((await decide(other, 'approve', id)).status).toBe(202);
    await eventually(() => (commandsOf(id).length === 1 ? true : undefined), 'the other run to be sent');
    expect(tokyo.commands.some(({ executionId }) => executionId === id)).toBe(true);
  });

  it('needs none where nothing says so', async () => {
    const id = idOf(await ask(asker, {}, [tokyo.endpointId]));
    expect(await decide(other, 'approve', id)).toMatchObject({ status: 409, body: { code: 'approval-ended', detail: expect.stringMatching(/needs nobody/) } });
    expect((await decide(other, 'approve', crypto.randomUUID())).status).toBe(404);
  });

  it('still waits after the backend was started again, and ends by itself when nobody decides', async () => {
    const id = idOf(await ask(asker, waits));
    await backend.stop();
    backend = await installation.backend({ KANADE_APPROVAL_ENDPOINTS: '1', KANADE_APPROVAL_PERIOD: '1h' });
    const late = new Person(backend, 'other', other.password);
    await late.signIn();
    const second = new Person(backend, 'asker', asker.password);
    await second.signIn();
    const made = await ask(second, {}, [tokyo.endpointId]);
    await eventually(() => (commandsOf(idOf(made)).length === 1 ? true : undefined), 'what needs nobody to be sent');
    expect(commandsOf(id)).toEqual([]);
    backend.clock.advance(61 * 60_000);
    expect(await decide(late, 'approve', id)).toMatchObject({ status: 409, body: { code: 'approval-ended' } });
    const ended = await eventually(async () => {
      const { body } = await backend.call('GET', `/executions/${id}`);
      return body['state'] === 'running' ? undefined : body;
    }, 'it to end');
    expect(ended).toMatchObject({ state: 'failed', counts: { expired: 2 }, approval: { state: 'expired', decidedBy: 'system' } });
    expect(await typesOf(id)).toEqual(['requested.v1', 'targeted.v1', 'approval-expired.v1', 'runs-presumed.v1']);
    expect(commandsOf(id)).toEqual([]);
  });
});
