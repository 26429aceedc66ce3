import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestProvider } from '@kanade/test-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Person } from '../accounts/people.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';
import { RefusalCounts } from '../audit/refusal-counts.ts';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { TestBrowser } from './browser.spec-kit.ts';

const publicUrl = 'https://kanade.example';
const callback = `${publicUrl}/api/v1/oidc/callback`;

let installation: TestInstallation;
let backend: TestBackend;
let provider: TestProvider;
let environment: Record<string, string>;

beforeAll(async () => {
  installation = await startInstallation();
  provider = await TestProvider.start(callback);
  const rolesFile = join(provider.directory, 'roles.yaml');
  writeFileSync(rolesFile, 'claim: groups\nmap:\n  fleet-admins: [admin]\n  tokyo-ops: [operator@tokyo]\n  watchers: [viewer]\n  all-ops: [operator]\n  lost: [viewer@nowhere]\n');
  environment = {
    KANADE_PUBLIC_URL: publicUrl, KANADE_OIDC_ISSUER: provider.issuer, KANADE_OIDC_CLIENT_ID: 'kanade', KANADE_OIDC_CLIENT_SECRET_FILE: provider.secretFile,
    KANADE_OIDC_ROLES_FILE: rolesFile, KANADE_OIDC_NAME: 'Example Login', KANADE_OIDC_CA_FILE: provider.caFile,
  };
  backend = await installation.backend(environment);
});
afterAll(async () => {
  await installation.stop();
  await provider.stop();
});
beforeEach(() => {
  provider.tamper = undefined;
});

/** The address of this backend that a public one stands for. */
const here = (address: string) => address.replace(publicUrl, backend.url);

/** Begins a sign-in: where the browser is sent to. */
async function begin(browser: TestBrowser, query = ''): Promise<string> {
  const address = `${backend.url}/api/v1/oidc/sign-in${query}`;
  const answer = await browser.send(address);
  expect(answer.status).toBe(302);
  return TestBrowser.next(answer, address);
}

/** Comes back from the provider: where the browser is led to, without the origin. */
async function end(browser: TestBrowser, address: string): Promise<string> {
  const answer = await browser.send(here(address));
  expect([302, await answer.text()]).toEqual([answer.status, '']);
  return answer.headers.get('location') ?? '';
}

async function signIn(subject: string, browser = new TestBrowser(), query = ''): Promise<{ readonly browser: TestBrowser; readonly led: string }> {
  return { browser, led: await end(browser, await browser.passProvider(await begin(browser, query), subject)) };
}

const person = (subject: string, username: string, ...groups: string[]) => provider.people.set(subject, { username, groups });
const sessionOf = async (browser: TestBrowser) => {
  const answer = await browser.send(`${backend.url}/api/v1/session`);
  return { status: answer.status, body: z.record(z.string(), z.unknown()).parse(await answer.json()) };
};
const accountOf = (username: string) => backend.call('GET', `/accounts/${username}`);
const typesOf = async (source: string) => {
  const { body } = await backend.call('GET', '/events?limit=500&order=asc');
  return z.array(z.object({ type: z.string(), source: z.string() })).parse(body['items']).filter((event) => event.source === source).map(({ type }) => type.replace('kanade.account.', ''));
};
const accountIdOf = async (browser: TestBrowser) => z.string().parse((await sessionOf(browser)).body['accountId']);

describe('signing in at an identity provider', () => {
  it('is offered by name to everybody', async () => {
    await begin(new TestBrowser());
    const { body } = await backend.request('GET', '/api/v1/sign-in-options');
    expect(body).toMatchObject({ provider: { name: 'Example Login', signOutUrl: expect.stringContaining(`${provider.issuer}/session/end?`) } });
  });

  it('asks with PKCE, state and nonce, and keeps what it asked in a cookie no script and no other request sees', async () => {
    const browser = new TestBrowser();
    const answer = await browser.send(`${backend.url}/api/v1/oidc/sign-in`);
    const asked = new URL(answer.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', redirect_uri: callback, state: expect.stringMatching(/^[\w-]{43}$/), nonce: expect.stringMatching(/^[\w-]{43}$/) });
    expect(answer.headers.get('set-cookie')).toMatch(/^kanade_provider_sign_in=[\w-]+; Max-Age=600; Path=\/api\/v1\/oidc\/callback; HttpOnly; SameSite=Lax$/);
    expect(answer.headers.get('set-cookie')).not.toContain(asked.get('state') ?? '');
  });

  it('makes an account the first time, without a password, with the roles of its groups, and a session like any other', async () => {
    person('s-hana', 'hana', 'watchers');
    const { browser, led } = await signIn('s-hana', undefined, '?from=%2Fexecutions');
    expect(led).toBe('/executions');
    expect((await sessionOf(browser)).body).toMatchObject({ username: 'hana', grants: [{ role: 'viewer', sites: 'all' }] });
    const account = await accountOf('hana');
    expect(account.body).toMatchObject({ provider: provider.issuer, hasPassword: false, hasSecondFactor: false });
    expect(await typesOf(`control/account/${String(account.body['accountId'])}`)).toEqual(['created.v1', 'grants-changed.v1', 'signed-in.v1']);
    expect((await backend.request('POST', '/api/v1/session', { username: 'hana', password: '' })).status).toBe(400);
    expect((await backend.request('POST', '/api/v1/session', { username: 'hana', password: 'guess' })).status).toBe(401);
  });

  it('finds the account again by who the provider says it is, whatever it is called by now', async () => {
    person('s-ren', 'ren', 'watchers');
    const first = await accountIdOf((await signIn('s-ren')).browser);
    person('s-ren', 'renamed', 'watchers');
    const { browser } = await signIn('s-ren');
    expect((await sessionOf(browser)).body).toMatchObject({ username: 'ren', accountId: first });
    expect(await typesOf(`control/account/${first}`)).toEqual(['created.v1', 'grants-changed.v1', 'signed-in.v1', 'signed-in.v1']);
  });

  it('changes roles with the groups, and with the last of them ends sessions and refuses', async () => {
    await backend.call('PUT', '/sites/tokyo');
    person('s-aki', 'aki', 'watchers');
    const { browser } = await signIn('s-aki');
    person('s-aki', 'aki', 'tokyo-ops');
    await signIn('s-aki');
    expect((await accountOf('aki')).body).toMatchObject({ grants: [{ role: 'operator', sites: ['tokyo'] }] });
    person('s-aki', 'aki', 'strangers');
    expect((await signIn('s-aki')).led).toBe('/sign-in?problem=no-role');
    expect((await sessionOf(browser)).status).toBe(401);
    expect((await accountOf('aki')).body).toMatchObject({ grants: [] });
    person('s-aki', 'aki', 'watchers');
    expect((await signIn('s-aki')).led).toBe('/');
  });

  it('refuses whom no group gives a role, and one that names a site there is not', async () => {
    person('s-none', 'none', 'strangers');
    expect((await signIn('s-none')).led).toBe('/sign-in?problem=no-role');
    person('s-lost', 'lost', 'lost');
    expect((await signIn('s-lost')).led).toBe('/sign-in?problem=bad-role');
    expect((await accountOf('none')).status).toBe(404);
    expect((await accountOf('lost')).status).toBe(404);
  });

  it('leaves the local administrator in', async () => {
    expect((await backend.request('POST', '/api/v1/session', { username: 'admin', password: installation.password })).status).toBe(201);
  });
});

describe('somebody at the provider who would be somebody else here', () => {
  it.each(['admin', 'ADMIN', 'local'])('gets nothing by the name %s', async (name) => {
    if (name === 'local') await Person.join(backend, 'local', 'admin');
    person(`s-thief-${name}`, name, 'fleet-admins');
    const { browser, led } = await signIn(`s-thief-${name}`);
    expect(led).toBe('/sign-in?problem=name-taken');
    expect((await sessionOf(browser)).status).toBe(401);
    await eventually(async () => ((await accountOf(name)).body['hasPassword'] === true ? true : undefined), 'its own password');
    expect((await accountOf(name)).body).toMatchObject({ provider: null, hasPassword: true });
  });

  it('gets no account of another subject by its name either', async () => {
    person('s-one', 'shared', 'watchers');
    await signIn('s-one');
    person('s-two', 'shared', 'fleet-admins');
    expect((await signIn('s-two')).led).toBe('/sign-in?problem=name-taken');
    expect((await accountOf('shared')).body).toMatchObject({ grants: [{ role: 'viewer' }] });
  });

  it('is refused under a name that is none', async () => {
    person('s-odd', '../admin', 'watchers');
    expect((await signIn('s-odd')).led).toBe('/sign-in?problem=bad-name');
  });

  it('is not let in while the account is disabled, and can be given neither a password nor roles here', async () => {
    person('s-mio', 'mio', 'watchers');
    await signIn('s-mio');
    expect(await backend.call('POST', '/accounts/mio/reset', {})).toMatchObject({ status: 409, body: { code: 'provider-account' } });
    expect(await backend.call('PUT', '/accounts/mio/grants', { grants: [{ role: 'admin', sites: 'all' }] })).toMatchObject({ status: 409, body: { code: 'provider-account' } });
    await backend.call('POST', '/accounts/mio/disable');
    expect((await signIn('s-mio')).led).toBe('/sign-in?problem=disabled');
  });
});

describe('an answer that is not this browser’s sign-in', () => {
  const refusedWith = async (browser: TestBrowser, led: string, problem: string) => {
    expect(led).toBe(`/sign-in?problem=${problem}`);
    expect((await sessionOf(browser)).status).toBe(401);
  };
  beforeEach(() => {
    backend.clock.advance(16 * 60_000);
    person('s-user', 'user', 'watchers');
  });

  it('is refused to another browser', async () => {
    const browser = new TestBrowser();
    const back = await browser.passProvider(await begin(browser), 's-user');
    const other = new TestBrowser();
    await refusedWith(other, await end(other, back), 'stale');
    // Not even one that has begun a sign-in of its own.
    await begin(other);
    await refusedWith(other, await end(other, back), 'stale');
  });

  it('is refused with another state, or none', async () => {
    for (const change of [(query: URLSearchParams) => query.set('state', 'x'.repeat(43)), (query: URLSearchParams) => query.delete('state')]) {
      const browser = new TestBrowser();
      const back = new URL(await browser.passProvider(await begin(browser), 's-user'));
      change(back.searchParams);
      await refusedWith(browser, await end(browser, back.href), 'stale');
    }
  });

  it('is refused with another nonce, or a code that was asked for without this browser’s verifier', async () => {
    for (const [name, value] of [['nonce', 'y'.repeat(43)], ['code_challenge', 'z'.repeat(43)]] as const) {
      const browser = new TestBrowser();
      const asked = new URL(await begin(browser));
      asked.searchParams.set(name, value);
      await refusedWith(browser, await end(browser, await browser.passProvider(asked.href, 's-user')), 'refused');
    }
  });

  it('is refused the second time', async () => {
    const browser = new TestBrowser();
    const asked = await begin(browser);
    const ticket = browser.cookie(backend.url, 'kanade_provider_sign_in') ?? '';
    const back = await browser.passProvider(asked, 's-user');
    expect(await end(browser, back)).toBe('/');
    await refusedWith(new TestBrowser(), await end(new TestBrowser(), back), 'stale');
    // Nor with the cookie kept: the provider takes a code once.
    const again = await fetch(here(back), { redirect: 'manual', headers: { cookie: `kanade_provider_sign_in=${ticket}` } });
    expect([again.headers.get('location'), again.headers.get('set-cookie')?.includes('kanade_session')]).toEqual(['/sign-in?problem=refused', false]);
  });

  it('is refused where it was asked for as another client', async () => {
    const browser = new TestBrowser();
    const asked = new URL(await begin(browser));
    asked.searchParams.set('client_id', 'another');
    await refusedWith(browser, await end(browser, await browser.passProvider(asked.href, 's-user')), 'refused');
  });

  const claimsOf = (body: Record<string, unknown>) => z.looseObject({ iat: z.number() }).parse(JSON.parse(Buffer.from(z.string().parse(body['id_token']).split('.')[1] ?? '', 'base64url').toString()));
  const now = () => Math.floor(Date.now() / 1000);
  const signInWith = async (tamper: (body: Record<string, unknown>) => void) => {
    provider.tamper = tamper;
    return signIn('s-user');
  };

  it.each([
    ['another audience', () => ({ aud: 'another' })],
    ['several audiences, for another of them', () => ({ aud: ['kanade', 'another'], azp: 'another' })],
    ['another issuer', () => ({ iss: 'https://evil.example' })],
    ['another nonce', () => ({ nonce: 'x'.repeat(43) })],
    ['no subject', () => ({ sub: undefined })],
    ['an end long ago', () => ({ exp: now() - 120 })],
    ['a beginning far ahead', () => ({ nbf: now() + 120 })],
  ])('is refused where the provider itself signed %s', async (_, change) => {
    const { browser, led } = await signInWith((body) => {
      body['id_token'] = provider.sign({ ...claimsOf(body), ...change() });
    });
    await refusedWith(browser, led, 'refused');
  });

  it('counts from a provider whose clock is a little off', async () => {
    for (const change of [{ exp: now() - 15 }, { iat: now() + 15, nbf: now() + 15 }]) {
      const { led } = await signInWith((body) => {
        body['id_token'] = provider.sign({ ...claimsOf(body), ...change });
      });
      expect(led).toBe('/');
    }
  });

  it('is refused where the token was altered on the way, is signed by nobody, or is missing', async () => {
    const parts = (body: Record<string, unknown>) => z.string().parse(body['id_token']).split('.');
    const tampers = [
      (body: Record<string, unknown>) => {
        const [head = '', , signature = ''] = parts(body);
        body['id_token'] = [head, Buffer.from(JSON.stringify({ ...claimsOf(body), sub: 's-hana' })).toString('base64url'), signature].join('.');
      },
      (body: Record<string, unknown>) => {
        body['id_token'] = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${parts(body)[1] ?? ''}.`;
      },
      (body: Record<string, unknown>) => {
        delete body['id_token'];
      },
    ];
    for (const tamper of tampers) {
      const { browser, led } = await signInWith(tamper);
      await refusedWith(browser, led, 'refused');
    }
  });

  it('is written down with where it came from, and with whose account it was about', async () => {
    await signInWith((body) => {
      delete body['id_token'];
    });
    await backend.app.get(RefusalCounts).flush();
    const { body } = await backend.call('GET', '/audit?outcome=refused&limit=100');
    const entries = z.array(z.looseObject({ operation: z.string().nullable(), code: z.string().nullable() })).parse(body['items']);
    expect(entries).toContainEqual(expect.objectContaining({ operation: 'endProviderSignIn', code: 'sign-in-failed', principal: 'stranger', remoteAddress: '127.0.0.1' }));
  });

  it('is refused when the provider refused, and when it took too long', async () => {
    const browser = new TestBrowser();
    await refusedWith(browser, await end(browser, await browser.passProvider(await begin(browser), '')), 'refused');
    const slow = new TestBrowser();
    const back = await slow.passProvider(await begin(slow), 's-user');
    backend.clock.advance(11 * 60_000);
    await refusedWith(slow, await end(slow, back), 'stale');
  });

  it('leads to no other host afterwards', async () => {
    for (const from of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      expect((await backend.request('GET', `/api/v1/oidc/sign-in?from=${encodeURIComponent(from)}`)).status).toBe(400);
    }
  });
});

describe('a provider that is configured wrongly, or away', () => {
  it('is told at the start, with the variable and the fix', async () => {
    chmodSync(provider.secretFile, 0o644);
    await expect(installation.backend(environment)).rejects.toThrow(/KANADE_OIDC_CLIENT_SECRET_FILE cannot be used: .*chmod 600/);
    chmodSync(provider.secretFile, 0o600);
    const { KANADE_OIDC_CLIENT_ID: _id, ...rest } = environment;
    await expect(installation.backend(rest)).rejects.toThrow(/KANADE_OIDC_CLIENT_ID must be/);
    await expect(installation.backend({ ...environment, KANADE_OIDC_ISSUER: 'http://127.0.0.1:1' })).rejects.toThrow(/KANADE_OIDC_ISSUER must be/);
  });

  it('demands the strength of proof that was configured', async () => {
    const strict = await installation.backend({ ...environment, KANADE_OIDC_ACR: 'phr' });
    const browser = new TestBrowser();
    const address = `${strict.url}/api/v1/oidc/sign-in`;
    const asked = TestBrowser.next(await browser.send(address), address);
    expect(new URL(asked).searchParams.get('acr_values')).toBe('phr');
    const answer = await browser.send((await browser.passProvider(asked, 's-user')).replace(publicUrl, strict.url));
    expect(answer.headers.get('location')).toBe('/sign-in?problem=too-weak');
    await strict.stop();
  });

  it('vouches for an execution over many endpoints while a proof it was told to ask for is fresh, and a password elsewhere does not', async () => {
    for (const [acr, allowed] of [['phr', true], ['', false]] as const) {
      const strict = await installation.backend({ ...environment, KANADE_OIDC_ACR: acr, KANADE_APPROVAL_ENDPOINTS: '0' });
      provider.people.set('s-ops', { username: 'ops', groups: ['all-ops'], acr: 'phr' });
      const agent = await FakeAgent.enrol(strict, `host-${acr}`);
      const browser = new TestBrowser();
      const enter = async (query: string) => {
        const address = `${strict.url}/api/v1/oidc/sign-in${query}`;
        const back = await browser.passProvider(TestBrowser.next(await browser.send(address), address), 's-ops');
        const answer = await browser.send(back.replace(publicUrl, strict.url));
        expect(answer.headers.get('location')).toBe('/');
      };
      const run = async () => {
        const body = { targets: { kind: 'endpoints', ids: [agent.endpointId] }, what: { kind: 'script', execute: { shell: 'sh', script: 'true' } } };
        const answer = await browser.send(`${strict.url}/api/v1/executions`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', origin: strict.url } });
        return answer.status;
      };
      await enter('?fresh=true');
      expect(await run()).toBe(allowed ? 201 : 403);
      strict.clock.advance(6 * 60_000);
      expect(await run()).toBe(403);
      await agent.close();
      await strict.stop();
    }
  });

  it('is out of reach: the browser is told so, and others still sign in', async () => {
    const lonely = await installation.backend({ ...environment, KANADE_OIDC_ISSUER: 'https://127.0.0.1:9' });
    const answer = await fetch(`${lonely.url}/api/v1/oidc/sign-in`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location'), await answer.text()]).toEqual([302, '/sign-in?problem=unavailable', '']);
    expect((await lonely.request('POST', '/api/v1/session', { username: 'admin', password: installation.password })).status).toBe(201);
    await lonely.stop();
  });

  it('is none: there is nothing to go to', async () => {
    const without = await installation.backend();
    expect((await without.request('GET', '/api/v1/sign-in-options')).body).toEqual({ provider: null });
    expect((await without.request('GET', '/api/v1/oidc/sign-in')).status).toBe(404);
    expect((await without.request('GET', '/api/v1/oidc/callback?code=x&state=y')).status).toBe(404);
    await without.stop();
  });
});
