import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { newPassword, Person, recordedText, tokenOf } from './people.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  await backend.call('PUT', '/sites/tokyo');
});
afterAll(() => installation.stop());

const viewer = [{ role: 'viewer', sites: ['tokyo'] }];
const create = (username: string, grants: unknown = viewer) => backend.call('POST', '/accounts', { username, grants });
const setPassword = (token: string, password: string) => backend.request('POST', '/api/v1/set-password', { token, password });
const show = async (username: string, after: { body: Record<string, unknown> }) => backend.call('GET', `/accounts/${username}?minPosition=${String(after.body['position'])}`);

describe('accounts', () => {
  it('are refused without a role, under a name that is taken, or when somebody else asks', async () => {
    expect(await create('nobody', [])).toMatchObject({ status: 400, body: { errors: [{ path: 'grants' }] } });
    expect(await create('two words')).toMatchObject({ status: 400, body: { errors: [{ path: 'username' }] } });
    expect(await create('ADMIN')).toMatchObject({ status: 409, body: { code: 'username-taken' } });
    const person = await Person.join(backend, 'visitor');
    await person.signIn();
    expect(await person.send('GET', '/accounts')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await person.send('POST', '/accounts', { username: 'own', grants: viewer })).toMatchObject({ status: 403 });
    expect(await person.send('POST', '/accounts/visitor/reset', {})).toMatchObject({ status: 403 });
  });

  it('are made without a password, listed, and given other roles', async () => {
    const made = await create('hana');
    expect(made).toMatchObject({ status: 201, body: { username: 'hana' } });
    expect(await show('hana', made)).toMatchObject({ status: 200, body: { username: 'hana', grants: viewer, hasPassword: false, disabledAt: null, createdBy: 'admin (test)' } });
    const operator = [{ role: 'operator', sites: 'all' }];
    const changed = await backend.call('PUT', '/accounts/Hana/grants', { grants: operator });
    expect(await show('HANA', changed)).toMatchObject({ body: { username: 'hana', grants: operator } });
    expect((await backend.call('GET', '/accounts?search=han')).body).toMatchObject({ items: [{ username: 'hana' }] });
    expect(await backend.call('PUT', '/accounts/nobody/grants', { grants: operator })).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('always leave somebody who may administer everything, whoever asks at the same time', async () => {
    expect(await backend.call('POST', '/accounts/admin/disable')).toMatchObject({ status: 409, body: { code: 'last-administrator' } });
    expect(await backend.call('PUT', '/accounts/admin/grants', { grants: viewer })).toMatchObject({ status: 409, body: { code: 'last-administrator' } });
    const second = await Person.join(backend, 'second', 'admin');
    await second.signIn();
    const answers = await Promise.all([second.send('POST', '/accounts/admin/disable'), second.send('POST', '/accounts/second/disable')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    // Whichever was first: the other one enables it again.
    const [adminGone] = answers;
    if (adminGone.status === 200) expect(await second.send('POST', '/accounts/admin/enable')).toMatchObject({ status: 200 });
    else await eventually(async () => ((await second.status()) === 401 ? true : undefined), 'the second administrator to be out');
    expect(await backend.request('POST', '/api/v1/session', { username: 'admin', password: installation.password })).toMatchObject({ status: 201 });
    backend.signInAgain();
  });
});

describe('a link to set a password', () => {
  it('works once, and not for a short password', async () => {
    const token = tokenOf(await create('once'));
    expect(await setPassword(token, 'short')).toMatchObject({ status: 400, body: { errors: [{ path: 'password', message: expect.stringContaining('12 characters') }] } });
    const [one, two] = await Promise.all([setPassword(token, newPassword()), setPassword(token, newPassword())]);
    expect([one.status, two.status].sort()).toEqual([204, 410]);
    expect(await setPassword(token, newPassword())).toMatchObject({ status: 410, body: { code: 'password-link-invalid' } });
  });

  it('is worthless after a day, after a newer one, and for a disabled account', async () => {
    const old = tokenOf(await create('late'));
    const newer = tokenOf(await backend.call('POST', '/accounts/late/reset', {}));
    expect(await setPassword(old, newPassword())).toMatchObject({ status: 410 });
    backend.clock.advance(24 * 3_600_000 + 1000);
    expect(await setPassword(newer, newPassword())).toMatchObject({ status: 410 });
    const newest = tokenOf(await backend.call('POST', '/accounts/late/reset', {}));
    await backend.call('POST', '/accounts/late/disable');
    expect(await setPassword(newest, newPassword())).toMatchObject({ status: 410 });
  });

  it('ends the password and the sessions there were', async () => {
    const person = await Person.join(backend, 'reset');
    await person.signIn();
    const token = tokenOf(await backend.call('POST', '/accounts/reset/reset', {}));
    expect(await person.status()).toBe(401);
    expect(await person.signIn()).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } });
    person.password = newPassword();
    expect((await setPassword(token, person.password)).status).toBe(204);
    expect((await person.signIn()).status).toBe(201);
  });

  it('is in no event and no log', async () => {
    const token = tokenOf(await create('quiet'));
    const password = newPassword();
    await setPassword(token, password);
    const events = await recordedText(backend);
    expect(events).toContain('kanade.account.password-link-made.v1');
    for (const secret of [token, password]) {
      expect(events).not.toContain(secret);
      expect(backend.logged.join('')).not.toContain(secret);
    }
  });
});

describe('a disabled account', () => {
  it('is out at once, with sessions and tokens, on every replica', async () => {
    const other = await installation.backend();
    const person = await Person.join(backend, 'leaver');
    await person.signIn();
    const { body } = await backend.request('POST', '/api/v1/session/token', { username: 'leaver', password: person.password, name: 'laptop' });
    const withToken = async (through: TestBackend) => (await through.request('GET', '/api/v1/session', undefined, { authorization: `Bearer ${String(body['token'])}` })).status;
    for (const through of [backend, other]) expect([await person.status(through), await withToken(through)]).toEqual([200, 200]);
    await backend.call('POST', '/accounts/leaver/disable');
    expect([await person.status(), await withToken(backend)]).toEqual([401, 401]);
    await eventually(async () => ((await person.status(other)) === 401 && (await withToken(other)) === 401 ? true : undefined), 'the other replica to know', 5000);
    expect(await person.signIn()).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } });
    await backend.call('POST', '/accounts/leaver/enable');
    expect(await person.status()).toBe(401);
    expect((await person.signIn()).status).toBe(201);
    await other.stop();
  });
});

describe('sessions', () => {
  it('are listed with where they come from, and ended one by one', async () => {
    const laptop = await Person.join(backend, 'traveller');
    const phone = new Person(backend, 'traveller', laptop.password);
    await laptop.signIn({}, { 'user-agent': 'Laptop/1' });
    await phone.signIn({}, { 'user-agent': 'Phone/1', 'x-forwarded-for': '203.0.113.7' });
    const sessions = await phone.sessions();
    expect(sessions).toMatchObject([{ current: true, userAgent: 'Phone/1', address: '203.0.113.7' }, { current: false, userAgent: 'Laptop/1', address: '127.0.0.1' }]);
    expect((await phone.send('DELETE', `/sessions/${String(sessions[1]?.sessionId)}`)).status).toBe(204);
    expect([await laptop.status(), await phone.status()]).toEqual([401, 200]);
    expect(await phone.send('DELETE', `/sessions/${String(sessions[1]?.sessionId)}`)).toMatchObject({ status: 404 });
    await laptop.signIn();
    expect((await laptop.send('DELETE', '/sessions')).status).toBe(204);
    expect([await laptop.status(), await phone.status()]).toEqual([200, 401]);
  });

  it('tell to within minutes when they were used last', async () => {
    const person = await Person.join(backend, 'idle');
    await person.signIn();
    const lastUsed = async () => z.array(z.object({ lastUsedAt: z.string() })).parse((await person.send('GET', '/sessions')).body['items'])[0]?.lastUsedAt;
    const first = await lastUsed();
    backend.clock.advance(60_000);
    expect(await lastUsed()).toBe(first);
    backend.clock.advance(5 * 60_000);
    expect(Date.parse((await lastUsed()) ?? '') - Date.parse(first ?? '')).toBeGreaterThanOrEqual(6 * 60_000);
    expect(await person.status()).toBe(200);
  });

  it('are not somebody else’s to end, but an administrator’s', async () => {
    const one = await Person.join(backend, 'one');
    const other = await Person.join(backend, 'other');
    await one.signIn();
    await other.signIn();
    const [session] = await one.sessions();
    expect(await other.send('DELETE', `/sessions/${String(session?.sessionId)}`)).toMatchObject({ status: 404 });
    expect((await backend.call('GET', '/accounts/one/sessions')).body).toMatchObject({ items: [{ sessionId: session?.sessionId, current: false }] });
    expect((await backend.call('DELETE', '/accounts/one/sessions')).status).toBe(200);
    expect([await one.status(), await other.status()]).toEqual([401, 200]);
    expect((await backend.call('GET', '/accounts/one/sessions')).body).toEqual({ items: [] });
  });

  it('end with a change of the password, all but the one that changed it, and that gets another cookie', async () => {
    const here = await Person.join(backend, 'changer');
    const elsewhere = new Person(backend, 'changer', here.password);
    await here.signIn();
    await elsewhere.signIn();
    const before = here.cookie;
    const change = (currentPassword: string, newOne: string) => here.send('POST', '/account/password', { currentPassword, newPassword: newOne });
    expect(await change('wrong', newPassword())).toMatchObject({ status: 403, body: { code: 'password-wrong' } });
    expect(await change(here.password, 'too short')).toMatchObject({ status: 400, body: { errors: [{ path: 'newPassword' }] } });
    const next = newPassword();
    expect((await change(here.password, next)).status).toBe(200);
    expect(here.cookie).not.toBe(before);
    expect([await here.status(), await elsewhere.status()]).toEqual([200, 401]);
    expect((await backend.request('GET', '/api/v1/session', undefined, { cookie: before })).status).toBe(401);
    expect((await elsewhere.signIn()).status).toBe(401);
    elsewhere.password = next;
    expect((await elsewhere.signIn()).status).toBe(201);
  });
});

describe('an attack on an account', () => {
  it('slows the attacker down, and never its owner somewhere else', async () => {
    const owner = await Person.join(backend, 'target');
    const guess = (address: string) => backend.request('POST', '/api/v1/session', { username: 'target', password: 'guess' }, { 'x-forwarded-for': address });
    for (let address = 2; address <= 6; address += 1) {
      for (let attempt = 0; attempt < 5; attempt += 1) expect((await guess(`198.51.100.${address}`)).status).toBe(401);
    }
    // Patience lets a guesser try again, and makes the next wait longer than this test takes.
    for (let attempt = 0; attempt < 12; attempt += 1) {
      expect((await guess('198.51.100.1')).status).toBe(401);
      backend.clock.advance(attempt === 11 ? 0 : 60_000);
    }
    expect(await guess('198.51.100.1')).toMatchObject({ status: 429, body: { code: 'too-many-attempts' } });
    expect(await owner.signIn({}, { 'x-forwarded-for': '198.51.100.1' })).toMatchObject({ status: 429 });
    expect(await owner.signIn({}, { 'x-forwarded-for': '192.0.2.1' })).toMatchObject({ status: 201 });
  });

  it('is slowed down at links as well', async () => {
    const guess = (token: string) => backend.request('POST', '/api/v1/set-password', { token, password: newPassword() }, { 'x-forwarded-for': '198.51.100.99' });
    for (let attempt = 0; attempt < 5; attempt += 1) expect((await guess(`guess-${attempt}`)).status).toBe(410);
    expect((await guess('guess')).status).toBe(429);
  });
});
