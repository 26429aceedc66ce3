import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RefusalCounts } from '../audit/refusal-counts.ts';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  await backend.token();
});
afterAll(() => installation.stop());

const signIn = (password: string, headers: Record<string, string> = {}, username = 'admin') =>
  backend.request('POST', '/api/v1/session', { username, password }, headers);

async function countRefusals(): Promise<number> {
  const { body } = await backend.call('GET', '/events?type=kanade.account.sign-in-refused.v1');
  return z.object({ items: z.array(z.unknown()) }).parse(body).items.length;
}

async function cookieOf(): Promise<string> {
  const answer = await signIn(installation.password);
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('signing in', () => {
  it('refuses strangers everywhere but where everybody may go', async () => {
    for (const path of ['/api/v1/session', '/api/v1/endpoints', '/api/v1/status', '/metrics']) {
      expect(await backend.request('GET', path)).toMatchObject({ status: 401, body: { code: 'not-signed-in' } });
    }
    expect((await backend.request('GET', '/health/live')).status).toBe(200);
  });

  it('refuses a wrong password and an unknown name in the same words', async () => {
    const wrong = await signIn('wrong password');
    const unknown = await signIn('wrong password', {}, 'nobody');
    expect(wrong).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } });
    expect({ ...unknown.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
  });

  it('refuses to be signed in by another site', async () => {
    expect(await signIn(installation.password, { origin: 'http://evil.example' })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('gives a session in a cookie no script can read', async () => {
    const answer = await signIn(installation.password);
    expect(answer).toMatchObject({ status: 201, body: { username: 'admin', role: 'admin' } });
    expect(answer.headers.get('set-cookie')).toMatch(/^kanade_session=[\w-]{43}; .*HttpOnly; SameSite=Strict$/);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await backend.request('GET', '/api/v1/session', undefined, { cookie })).toMatchObject({ status: 200, body: { username: 'admin' } });
  });

  it('refuses what another site makes a signed-in browser send', async () => {
    const cookie = await cookieOf();
    const body = { expiresIn: '1h' };
    const post = (headers: Record<string, string>) => backend.request('POST', '/api/v1/enrolment-tokens', body, { cookie, ...headers });
    expect(await post({ origin: 'http://evil.example' })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await post({ 'sec-fetch-site': 'cross-site', origin: backend.url })).toMatchObject({ status: 403 });
    expect(await post({})).toMatchObject({ status: 403 });
    expect(await post({ origin: backend.url })).toMatchObject({ status: 201 });
  });

  it('ends a session when asked to', async () => {
    const cookie = await cookieOf();
    expect((await backend.request('DELETE', '/api/v1/session', undefined, { cookie, origin: backend.url })).status).toBe(204);
    expect((await backend.request('GET', '/api/v1/session', undefined, { cookie })).status).toBe(401);
  });

  it('ends a session at its time', async () => {
    const cookie = await cookieOf();
    backend.clock.advance(25 * 3_600_000);
    expect((await backend.request('GET', '/api/v1/session', undefined, { cookie })).status).toBe(401);
  });
});

describe('tokens', () => {
  it('are refused without the password, and in any other form', async () => {
    expect((await backend.request('POST', '/api/v1/session/token', { username: 'admin', password: 'wrong', name: 'x' })).status).toBe(401);
    for (const authorization of ['Bearer kanade_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'Bearer x', 'Basic eDp5']) {
      expect((await backend.request('GET', '/api/v1/session', undefined, { authorization })).status).toBe(401);
    }
  });

  it('open everything, name their owner, and are kept nowhere', async () => {
    const made = await backend.request('POST', '/api/v1/session/token', { username: 'admin', password: installation.password, name: 'laptop' });
    expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^kanade_[\w-]{64}$/) } });
    const authorization = `Bearer ${String(made.body['token'])}`;
    expect(await backend.request('GET', '/api/v1/session', undefined, { authorization })).toMatchObject({ status: 200, body: { username: 'admin' } });
    expect(backend.logged.join('')).not.toContain(String(made.body['token']));
    expect(backend.logged.join('')).not.toContain(installation.password);
  });
});

describe('guessing', () => {
  it('is slowed down, and the refusals are one event', async () => {
    let answer = await signIn('wrong');
    for (let attempt = 0; attempt < 10 && answer.status !== 429; attempt += 1) answer = await signIn('wrong');
    expect(answer).toMatchObject({ status: 429, body: { code: 'too-many-attempts' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const before = await countRefusals();
    await backend.app.get(RefusalCounts).flush();
    await eventually(async () => ((await countRefusals()) === before + 1 ? true : undefined), 'one event of all refusals');
    backend.clock.advance(16 * 60_000);
    expect((await signIn(installation.password)).status).toBe(201);
  });
});
