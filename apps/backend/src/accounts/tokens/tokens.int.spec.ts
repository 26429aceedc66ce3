import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startInstallation } from '../../backend.spec-kit.ts';
import type { Answer, TestBackend, TestInstallation } from '../../backend.spec-kit.ts';
import { FakeAgent } from '../../fake-agent.spec-kit.ts';
import { newPassword, Person, recordedText } from '../people.spec-kit.ts';

const madeSchema = z.object({ token: z.string().regex(/^kanade_[\w-]{64}$/), tokenId: z.uuid(), expiresAt: z.string() });
type Made = z.infer<typeof madeSchema>;

let installation: TestInstallation;
let backend: TestBackend;
let owner: Person;
let tokyo: FakeAgent;
let osaka: FakeAgent;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  for (const site of ['tokyo', 'osaka']) await backend.call('PUT', `/sites/${site}`);
  tokyo = await FakeAgent.enrol(backend, 'tokyo-1', { site: 'tokyo' });
  osaka = await FakeAgent.enrol(backend, 'osaka-1', { site: 'osaka' });
  for (const id of ['backup', 'report']) {
    expect(await backend.call('PUT', `/jobs/${id}`, { version: '1', execute: { shell: 'sh', script: 'true' } })).toMatchObject({ body: { outcome: 'created' } });
  }
  owner = await Person.join(backend, 'owner', 'operator');
  await owner.signIn();
});
afterAll(() => installation.stop());

const make = (request: object, by = owner): Promise<Answer> => by.send('POST', '/account/tokens', { name: 'robot', scopes: ['read'], ...request });
const made = async (...scopes: string[]): Promise<Made> => madeSchema.parse((await make({ scopes })).body);
const as = ({ token }: Made, method: string, path: string, body?: unknown, through = backend): Promise<Answer> =>
  through.request(method, `/api/v1${path}`, body, { authorization: `Bearer ${token}` });
const statusOf = async (token: Made, through = backend): Promise<number> => (await as(token, 'GET', '/session', undefined, through)).status;
const runOf = (jobId: string, agent: FakeAgent) => ({ what: { kind: 'job', jobId }, targets: { kind: 'endpoints', ids: [agent.endpointId] } });

describe('a token with scopes', () => {
  it('reads with read, and changes nothing', async () => {
    const token = await made('read');
    for (const path of ['/endpoints', '/events', '/status', '/executions']) expect((await as(token, 'GET', path)).status, path).toBe(200);
    expect(await as(token, 'POST', '/executions', runOf('backup', tokyo))).toMatchObject({ status: 403, body: { code: 'forbidden', detail: expect.stringContaining('run') } });
    expect((await as(token, 'PUT', '/jobs/other', {})).status).toBe(403);
  });

  it('reads its site and no other', async () => {
    const token = await made('read@site:tokyo');
    const { body } = await as(token, 'GET', '/endpoints');
    expect(z.array(z.looseObject({ id: z.string() })).parse(body['items']).map(({ id }) => id)).toEqual([tokyo.endpointId]);
    expect((await as(token, 'GET', `/endpoints/${osaka.endpointId}`)).status).toBe(404);
    expect((await as(token, 'GET', '/status')).status).toBe(403);
  });

  it('runs the job it names, on its site, and no script', async () => {
    const token = await made('job:run:back*@site:tokyo');
    expect(await as(token, 'POST', '/executions', runOf('backup', tokyo))).toMatchObject({ status: 201 });
    expect(await as(token, 'POST', '/executions', runOf('backup', osaka))).toMatchObject({ status: 404 });
    expect(await as(token, 'POST', '/executions', runOf('report', tokyo))).toMatchObject({ status: 403, body: { detail: expect.stringContaining('job:run:report') } });
    const script = { kind: 'script', execute: { shell: 'sh', script: 'true' } };
    expect(await as(token, 'POST', '/executions', { ...runOf('backup', tokyo), what: script })).toMatchObject({ status: 403 });
    expect(await as(token, 'GET', '/executions')).toMatchObject({ status: 403 });
  });

  it('runs each job on the sites that its own scope names', async () => {
    const token = await made('job:run:backup@site:tokyo', 'job:run:report@site:osaka');
    expect(await as(token, 'POST', '/executions', runOf('report', osaka))).toMatchObject({ status: 201 });
    expect(await as(token, 'POST', '/executions', runOf('report', tokyo))).toMatchObject({ status: 404 });
    const all = await as(token, 'POST', '/executions', { ...runOf('backup', tokyo), targets: { kind: 'all' } });
    expect(all).toMatchObject({ status: 201, body: { targetCount: 1 } });
  });

  it('cancels what it might have run, and nothing else', async () => {
    const token = await made('job:run:backup');
    const start = async (jobId: string) => z.string().parse((await owner.send('POST', '/executions', runOf(jobId, tokyo))).body['executionId']);
    expect(await as(token, 'POST', `/executions/${await start('report')}/cancel`, {})).toMatchObject({ status: 403 });
    expect(await as(token, 'POST', `/executions/${await start('backup')}/cancel`, {})).toMatchObject({ status: 202 });
    expect((await as(token, 'POST', '/executions/nothing/cancel', {})).status).toBe(404);
  });

  it('makes no tokens, decides nothing for a person, and lists none', async () => {
    const token = await made('read', 'run');
    const refused = { status: 403, body: { detail: expect.stringContaining('kanade login') } };
    expect(await as(token, 'POST', '/account/tokens', { name: 'more', scopes: null })).toMatchObject(refused);
    expect(await as(token, 'GET', '/account/tokens')).toMatchObject(refused);
    for (const verb of ['approve', 'deny']) expect(await as(token, 'POST', `/executions/nothing/${verb}`, {})).toMatchObject(refused);
    expect((await as(token, 'GET', '/sessions')).status).toBe(403);
  });

  it('loses what its owner loses', async () => {
    const person = await Person.join(backend, 'demoted', 'operator');
    await person.signIn();
    const token = madeSchema.parse((await make({ scopes: ['job:run:backup', 'read'] }, person)).body);
    await backend.call('PUT', '/accounts/demoted/grants', { grants: [{ role: 'viewer', sites: ['osaka'] }] });
    expect(await as(token, 'POST', '/executions', runOf('backup', tokyo))).toMatchObject({ status: 403, body: { detail: expect.stringContaining('your account may not') } });
    expect((await as(token, 'GET', `/endpoints/${tokyo.endpointId}`)).status).toBe(404);
    await backend.call('POST', '/accounts/demoted/disable');
    expect(await statusOf(token)).toBe(401);
  });

  it('outlives a changed password, which one without scopes does not', async () => {
    const person = await Person.join(backend, 'changer', 'viewer');
    await person.signIn();
    const [machine, own] = [madeSchema.parse((await make({}, person)).body), madeSchema.parse((await make({ scopes: null }, person)).body)];
    const login = madeSchema.parse((await backend.request('POST', '/api/v1/session/token', { username: 'changer', password: person.password, name: 'laptop' })).body);
    expect([await statusOf(machine), await statusOf(own), await statusOf(login)]).toEqual([200, 200, 200]);
    const next = newPassword();
    expect((await person.send('POST', '/account/password', { currentPassword: person.password, newPassword: next })).status).toBe(200);
    expect([await statusOf(machine), await statusOf(own), await statusOf(login)]).toEqual([200, 401, 401]);
  });
});

describe('tokens', () => {
  const names = async (person = owner) => z.array(z.looseObject({ tokenId: z.string(), name: z.string() })).parse((await person.send('GET', '/account/tokens')).body['items']);

  it('are listed with their last use, and are nowhere themselves', async () => {
    const token = await made('read@site:tokyo');
    const find = async () => (await names()).find(({ tokenId }) => tokenId === token.tokenId);
    expect(await find()).toMatchObject({ scopes: ['read@site:tokyo'], username: 'owner', lastUsedAt: null });
    await as(token, 'GET', '/session');
    expect(await find()).toMatchObject({ lastUsedAt: expect.any(String), lastUsedFrom: '127.0.0.1' });
    const everywhere = JSON.stringify(await names()) + (await recordedText(backend));
    expect(everywhere).not.toContain(token.token);
    expect(everywhere).not.toContain(token.token.slice(30));
  });

  it('end at once when they are revoked, on every replica, by their owner or an administrator', async () => {
    const other = await installation.backend();
    for (const revoke of [(id: string) => owner.send('DELETE', `/account/tokens/${id}`), (id: string) => backend.call('DELETE', `/tokens/${id}`)]) {
      const token = await made('read');
      expect([await statusOf(token), await statusOf(token, other)]).toEqual([200, 200]);
      expect((await revoke(token.tokenId)).status).toBe(204);
      expect(await statusOf(token)).toBe(401);
      other.clock.advance(3000);
      expect(await statusOf(token, other)).toBe(401);
      expect((await names()).some(({ tokenId }) => tokenId === token.tokenId)).toBe(false);
    }
    expect(await recordedText(backend)).toContain('kanade.token.revoked.v1');
  });

  it('end themselves by signing out', async () => {
    const token = await made('read');
    expect((await as(token, 'DELETE', '/session')).status).toBe(204);
    expect(await statusOf(token)).toBe(401);
  });

  it('are their owner’s alone, but for administrators', async () => {
    const token = await made('read');
    const stranger = await Person.join(backend, 'stranger', 'operator');
    await stranger.signIn();
    expect((await stranger.send('DELETE', `/account/tokens/${token.tokenId}`)).status).toBe(404);
    expect((await stranger.send('DELETE', `/tokens/${token.tokenId}`)).status).toBe(403);
    expect((await stranger.send('GET', '/tokens')).status).toBe(403);
    const all = await backend.call('GET', '/tokens?username=owner');
    expect(z.array(z.looseObject({ tokenId: z.string() })).parse(all.body['items']).some(({ tokenId }) => tokenId === token.tokenId)).toBe(true);
    expect((await backend.call('GET', '/tokens?username=nobody')).status).toBe(404);
  });

  it.each([
    [{ scopes: ['everything'] }, 'scopes.0'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['read', 'read@site:nowhere'] }, 'scopes.1'],
    [{ scopes: ['job:write@site:tokyo'] }, 'scopes.0'],
    [{ scopes: ['account:manage'] }, 'scopes.0'],
    [{ expiresIn: '400d' }, 'expiresIn'],
    [{ name: '' }, 'name'],
  ])('are refused for %j', async (request, path) => {
    expect(await make(request)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  it('of another form, or with another secret, are nobody’s', async () => {
    const { token } = await made('read');
    const altered = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const text of [altered, 'kanade_short', `${token}x`]) expect((await backend.request('GET', '/api/v1/session', undefined, { authorization: `Bearer ${text}` })).status).toBe(401);
  });
});
