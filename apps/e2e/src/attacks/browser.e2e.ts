import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureApi, createAccount, createExecution, createSite, endAccountSessions, listAudit, setPassword, setSecret } from '@kanade/api-client';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findChromium, startChromium } from '@kanade/test-system';
import { notSignedInYet, Visitor } from '../browser/visitor.ts';
import { Installation } from '../installation.ts';
import { until } from '../until.ts';
import type { HostileEndpoint } from './hostile-endpoint.ts';
import { OtherSite } from './other-site.ts';
import { plant } from './planted-text.ts';
import type { Planted } from './planted-text.ts';
import { trap, TrapWatch } from './script-traps.ts';
import { attackingPage, everyMutation } from './stranger-requests.ts';

const executable = findChromium();
const requestLineSchema = z.looseObject({ msg: z.literal('request'), method: z.string(), path: z.string(), status: z.int() });
const offerSchema = z.looseObject({ secret: z.string() });
/** What a browser says of requests that are refused on purpose. */
const refusals = [notSignedInYet, /40[13] \(\w+\) \S+\/api\/v1\//, /WebSocket connection to/];

let kanade: Installation;
let browser: Browser;
beforeAll(async () => {
  if (executable === undefined) return;
  browser = await startChromium(executable);
  kanade = await Installation.start({ endpoints: 1 });
  configureApi({ baseUrl: kanade.runtime.httpUrl, token: kanade.token });
});
beforeEach((context) => {
  context.skip(executable === undefined, 'no Chromium on the PATH and none named by KANADE_CHROMIUM');
});
afterAll(async () => {
  if (executable === undefined) return;
  await browser.close();
  await kanade.discard();
});

/** A request as somebody's browser sends it, signed in with a cookie. */
async function asBrowser(path: string, body: object, cookie = ''): Promise<Response> {
  const { httpUrl } = kanade.runtime;
  return fetch(`${httpUrl}/api/v1${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', origin: httpUrl, cookie } });
}

const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

/** Somebody new with a password and, where asked for, an authenticator. */
async function admit(username: string, role: 'viewer' | 'admin'): Promise<{ readonly username: string; readonly password: string }> {
  const password: string = crypto.randomUUID();
  const { link } = await createAccount({ username, grants: [{ role, sites: 'all' }] });
  await setPassword({ token: link.split('#')[1] ?? '', password });
  return { username, password };
}

/** The authenticator somebody sets up. */
async function setUpAuthenticator(person: { readonly username: string; readonly password: string }): Promise<TOTP> {
  const cookie = cookieOf(await asBrowser('/session', person));
  const { secret } = offerSchema.parse(await (await asBrowser('/account/second-factor', { password: person.password }, cookie)).json());
  const authenticator = new TOTP({ secret: Secret.fromBase32(secret) });
  expect((await asBrowser('/account/second-factor/confirm', { code: authenticator.generate() }, cookie)).status).toBe(200);
  return authenticator;
}

/** Lets somebody in with a browser of their own, which complains of nothing but what is expected. */
async function visiting<Result>(visit: (visitor: Visitor) => Promise<Result>, expected: readonly RegExp[] = refusals): Promise<Result> {
  const visitor = await Visitor.arrive(browser, kanade);
  try {
    const result = await visit(visitor);
    expect(visitor.complaints(...expected)).toEqual([]);
    return result;
  } catch (error) {
    await visitor.picture(`failed-${(expect.getState().currentTestName ?? '').replaceAll(/[^a-z0-9]+/gi, '-').slice(-60)}`);
    throw error;
  } finally {
    await visitor.leave();
  }
}

async function enter(visitor: Visitor, { username, password }: { readonly username: string; readonly password: string }): Promise<void> {
  await visitor.visit('/sign-in');
  await visitor.signIn(password, username);
}

const sessionsIn = async ({ page }: Visitor) => (await page.context().cookies()).filter(({ name }) => name === 'kanade_session');

describe('a session', () => {
  it('takes the code of the authenticator too, which counts once', async () => {
    const hana = await admit('hana', 'viewer');
    const authenticator = await setUpAuthenticator(hana);
    // The code of this half minute was used to set it up; a clock may be one ahead.
    const code = authenticator.generate({ timestamp: Date.now() + 30_000 });
    await visiting(async (visitor) => {
      await enter(visitor, hana);
      await visitor.page.getByLabel('Code').waitFor();
      expect(await sessionsIn(visitor)).toEqual([]);
      await visitor.page.goto('/users');
      await visitor.page.getByLabel('User name').waitFor();
      await enter(visitor, hana);
      await visitor.page.getByLabel('Code').fill('000000');
      await visitor.page.getByRole('button', { name: 'Sign in' }).click();
      await visitor.page.getByText('The code is wrong, or was used already.').waitFor();
      expect(await sessionsIn(visitor)).toEqual([]);
      await visitor.page.getByLabel('Code').fill(code);
      await visitor.page.getByRole('button', { name: 'Sign in' }).click();
      await visitor.heading('Overview').waitFor();
    });
    await visiting(async (visitor) => {
      await enter(visitor, hana);
      await visitor.page.getByLabel('Code').fill(code);
      await visitor.page.getByRole('button', { name: 'Sign in' }).click();
      await visitor.page.getByText('The code is wrong, or was used already.').waitFor();
      expect(await sessionsIn(visitor)).toEqual([]);
    });
  });

  it('is a cookie no script can read, and in no storage', async () => {
    const ren = await admit('ren', 'admin');
    await visiting(async (visitor) => {
      await enter(visitor, ren);
      await visitor.heading('Overview').waitFor();
      await visitor.visit('/endpoints');
      const [session, ...others] = await sessionsIn(visitor);
      expect([session, others]).toMatchObject([{ httpOnly: true, sameSite: 'Strict', domain: '127.0.0.1', path: '/' }, []]);
      const kept = await visitor.page.evaluate<Record<string, unknown>>(
        `(async () => ({ cookie: document.cookie, local: { ...localStorage }, session: { ...sessionStorage }, databases: await indexedDB.databases(), caches: await caches.keys(), workers: (await navigator.serviceWorker.getRegistrations()).length }))()`,
      );
      expect(kept).toMatchObject({ cookie: '', databases: [], caches: [], workers: 0 });
      // Neither the cookie, nor anything else long enough to be a secret.
      const text = JSON.stringify(kept);
      expect(session?.value.length).toBeGreaterThan(20);
      expect([text.includes(session?.value ?? ''), /kanade_[\w-]{20}/.test(text), text.includes(ren.password)]).toEqual([false, false, false]);
    });
  });

  it('that is ended elsewhere is over within seconds, also in a page that nobody touches', async () => {
    const aoi = await admit('aoi', 'viewer');
    await visiting(async (visitor) => {
      await enter(visitor, aoi);
      await visitor.heading('Overview').waitFor();
      await visitor.visit('/endpoints');
      const [session] = await sessionsIn(visitor);
      await endAccountSessions('aoi');
      await visitor.page.getByText('Your session has ended.').waitFor({ timeout: 10_000 });
      const answer = await fetch(`${kanade.runtime.httpUrl}/api/v1/session`, { headers: { cookie: `kanade_session=${session?.value ?? ''}` } });
      expect(answer.status).toBe(401);
    });
  });

  it.each(['javascript:pwned()', '//evil.example/', '/\\evil.example/', '/\t/evil.example/', 'https://evil.example/', 'data:text/html,x'])('leads to no other place than kanade’s after the sign-in: %j', async (from) => {
    await visiting(async (visitor) => {
      await visitor.visit(`/sign-in?from=${encodeURIComponent(from)}`);
      await visitor.signIn();
      await visitor.heading(/^(Overview|This page does not exist)$/).waitFor();
      expect(new URL(visitor.page.url()).origin).toBe(kanade.runtime.httpUrl);
    });
  });
});

describe('a page of somebody else, in a browser that is signed in', () => {
  let session: Awaited<ReturnType<Visitor['storage']>>;
  let mutations: ReturnType<typeof everyMutation>;

  beforeAll(async () => {
    if (executable === undefined) return;
    const endpointId = kanade.runtime.agents[1]?.endpointId ?? '';
    await admit('spare', 'viewer');
    await createSite('tokyo');
    await setSecret('api-key', { value: btoa('a secret') });
    const { executionId } = await createExecution({
      targets: { kind: 'endpoints', ids: [endpointId] }, what: { kind: 'script', execute: { shell: 'sh', script: 'sleep 600', timeout: '15m', runAs: 'system', env: {}, arguments: [] } }, expiresIn: '1h', supersede: false,
    });
    const execute = { shell: 'sh', script: 'echo stolen' };
    session = await visiting(async (visitor) => {
      await visitor.visit('/sign-in');
      await visitor.signIn();
      await visitor.heading('Overview').waitFor();
      return visitor.storage();
    });
    mutations = everyMutation(
      { username: 'spare', endpointId, executionId, jobId: 'hello', tokenId: 'any', name: 'api-key', site: 'tokyo', sessionId: 'any' },
      {
        createAccount: { username: 'thief', grants: [{ role: 'admin', sites: 'all' }] }, setAccountGrants: { grants: [{ role: 'admin', sites: 'all' }] }, setEndpointAlias: { alias: 'stolen' },
        assignEndpointSite: { site: 'tokyo' }, eraseEndpoint: { reason: 'stolen' }, eraseOutput: { reason: 'stolen' }, applyJob: { version: '2', execute }, setSecret: { value: btoa('stolen') },
        createExecution: { targets: { kind: 'all' }, what: { kind: 'script', execute } }, createSession: { username: 'thief', password: 'stolen' }, createSessionToken: { username: 'admin', password: 'stolen', name: 'x' }, createToken: { name: 'x', scopes: null },
        changePassword: { currentPassword: 'stolen', newPassword: 'stolen-stolen' }, setPassword: { token: 'stolen', password: 'stolen-stolen' }, offerSecondFactor: { password: 'stolen' },
        confirmSecondFactor: { code: '000000' }, disableSecondFactor: { password: 'stolen' },
      },
    );
  });

  const done = async () => (await listAudit({ outcome: 'done', limit: 500 })).items.map(({ position }) => position);

  /** What the backend has been asked so far, and has answered: a browser tells of hardly any of it. */
  function answered(): { readonly request: string; readonly status: number }[] {
    return readFileSync(join(kanade.dataDir, 'logs', 'backend.log'), 'utf8').split('\n').flatMap((line) => {
      const entry = requestLineSchema.safeParse(line === '' ? {} : JSON.parse(line));
      return entry.success ? [{ request: `${entry.data.method} ${entry.data.path}`, status: entry.data.status }] : [];
    });
  }

  /** Has such a browser on the attacker's page until it has tried everything; tells what that page found, and what the backend answered meanwhile. */
  async function attack(address: string): Promise<{ readonly outcome: unknown; readonly answers: ReturnType<typeof answered> }> {
    const visitor = await Visitor.arrive(browser, kanade, { session });
    try {
      const before = answered().length;
      await visitor.page.goto(address);
      const outcome = await until('the page to have tried everything', () => visitor.page.evaluate<unknown>('window.done'), 120_000);
      const answers = answered().slice(before);
      // The browser is signed in still.
      await visitor.visit('/account');
      await visitor.page.getByText('This one').waitFor();
      return { outcome, answers };
    } finally {
      await visitor.leave();
    }
  }

  it.each(['sameSite', 'crossSite'] as const)('changes nothing with any mutation, however it is sent, and reads nothing (%s)', async (kind) => {
    const before = await done();
    const site = await OtherSite.serve(attackingPage(kanade.runtime.httpUrl, mutations));
    const { outcome, answers } = await attack(site[kind]);
    await site.close();
    expect(outcome).toEqual({ read: [], live: 'refused' });
    // What is only asked for is answered where the cookie comes along, and the browser keeps it from the page.
    expect(answers.filter(({ request, status }) => status < 400 && request !== 'GET /api/v1/account')).toEqual([]);
    // All that a page can send without being asked first did arrive, and with the cookie only where the browser takes both for one site.
    for (const { method, path, operationId } of mutations.filter((each) => each.method === 'POST')) {
      const statuses = answers.filter(({ request }) => request === `${method} ${path}`).map(({ status }) => status);
      expect(statuses.length, operationId).toBeGreaterThanOrEqual(6);
      expect(new Set(statuses), operationId).toEqual(new Set([415, /^createSession(Token)?$|^setPassword$/.test(operationId) || kind === 'sameSite' ? 403 : 401]));
    }
    expect(await done()).toEqual(before);
  });

  it('is seen to have tried it, by whoever reads the audit of the account it used', async () => {
    await until('the refusal to be in the audit', async () => {
      const { items } = await listAudit({ outcome: 'refused', principal: 'admin', limit: 500 });
      return items.some(({ operation, code }) => operation === 'disableAccount' && code === 'forbidden') || undefined;
    });
  });

  it('would be seen to change something: kanade’s own page does with the same request', async () => {
    const before = await done();
    const visitor = await Visitor.arrive(browser, kanade, { session });
    await visitor.visit('/users');
    expect(await visitor.page.evaluate<number>(`fetch('/api/v1/accounts/spare/disable', { method: 'POST', credentials: 'include' }).then(({ status }) => status)`)).toBe(200);
    await visitor.leave();
    expect(await until('the act to be in the audit', async () => ((await done()).length > before.length ? 'one more' : undefined))).toBe('one more');
  });

  it('gets no page of kanade into a frame, and no hold of its window', async () => {
    const target = kanade.runtime.httpUrl;
    const site = await OtherSite.serve(`<!doctype html><title>Win a prize</title>${['/', '/users', '/sign-in', '/api/v1/account'].map((path) => `<iframe src="${target}${path}"></iframe>`).join('')}`);
    for (const address of [site.sameSite, site.crossSite]) {
      const visitor = await Visitor.arrive(browser, kanade, { session });
      await visitor.page.goto(address, { waitUntil: 'load' });
      const inside = visitor.page.frames().slice(1).map((frame) => frame.url());
      expect(inside).toHaveLength(4);
      expect(inside.filter((url) => !url.startsWith('chrome-error:'))).toEqual([]);
      expect(visitor.complaints().filter((complaint) => complaint.includes('frame-ancestors')).length).toBeGreaterThanOrEqual(4);
      const opened = visitor.page.waitForEvent('popup');
      await visitor.page.evaluate(`void (window.opened = window.open(${JSON.stringify(target)}))`);
      await (await opened).locator('h1').waitFor();
      expect(await reachOf(visitor.page)).toBe('out of reach');
      await visitor.leave();
    }
    await site.close();
  });
});

describe('what an endpoint, its scripts and people write', () => {
  let hostile: HostileEndpoint | undefined;
  let planted: Planted;
  let session: Awaited<ReturnType<Visitor['storage']>>;
  let folder: string;

  beforeAll(async () => {
    if (executable === undefined) return;
    folder = mkdtempSync(join(tmpdir(), 'kanade-traps-'));
    ({ hostile, planted } = await plant(kanade, join(folder, 'go-on')));
    session = await visiting(async (visitor) => {
      await visitor.visit('/sign-in');
      await visitor.signIn();
      await visitor.heading('Overview').waitFor();
      return visitor.storage();
    });
  });
  afterAll(async () => {
    if (executable === undefined) return;
    await hostile?.leave();
    rmSync(folder, { recursive: true });
  });

  /** Goes through pages, and holds each to having run nothing and made no element of what it shows. */
  async function through(visit: (visitor: Visitor, clean: () => Promise<void>) => Promise<void>, expected: readonly RegExp[] = []): Promise<void> {
    const visitor = await Visitor.arrive(browser, kanade, { session });
    try {
      const watch = await TrapWatch.on(visitor);
      await visit(visitor, async () => {
        expect([visitor.page.url(), await watch.found(), visitor.complaints(...expected)]).toEqual([visitor.page.url(), [], []]);
      });
    } finally {
      await visitor.leave();
    }
  }

  it('is text on every page that shows it', { timeout: 300_000 }, () =>
    through(async ({ page }, clean) => {
      const unseen: string[] = [];
      for (const [path, text] of planted.pages) {
        await page.goto(path);
        // Whether it is scrolled out of sight does not matter: it is in the page.
        await page.getByText(text).first().waitFor({ state: 'attached', timeout: 10_000 }).catch(() => unseen.push(`${path} does not show ${text}`));
        await page.waitForLoadState('networkidle');
        await clean();
      }
      expect(unseen).toEqual([]);
    }));

  it('is text in what is looked for, chosen and asked', () =>
    through(async (visitor, clean) => {
      const { page } = visitor;
      await visitor.visit('/');
      await page.keyboard.press('Control+K');
      await page.getByRole('textbox', { name: 'Search' }).fill('pwned');
      await page.getByRole('dialog').getByText("pwned('hostname')").first().waitFor();
      await clean();
      await visitor.visit(`/run?endpoint=${hostile?.endpointId ?? ''}`);
      await page.getByRole('textbox', { name: 'Script' }).fill(trap('typed'));
      await clean();
      await visitor.visit('/endpoints');
      await page.getByRole('checkbox', { name: `Select ${trap('hostname')}`, exact: true }).check();
      await page.getByRole('button', { name: 'Move to site…' }).click();
      await page.getByRole('dialog').getByText("pwned('hostname')").first().waitFor();
      await clean();
    }));

  it('is text while a script prints it, and afterwards', () =>
    through(async (visitor, clean) => {
      const { path, lines, goOn } = planted.printing;
      const [late, ...early] = [...lines].reverse();
      await visitor.visit(path);
      for (const line of early.reverse().slice(0, 4)) await visitor.outputHas(line);
      await clean();
      writeFileSync(goOn, '');
      await visitor.outputHas(late ?? '');
      await visitor.stateIs('Succeeded');
      await clean();
      await visitor.visit(path);
      for (const line of lines) await visitor.outputHas(line);
      expect(await visitor.page.getByRole('log').locator('a').count()).toBe(0);
      await clean();
    }));

  it('is text in the addresses of pages, too', () =>
    through(async (visitor, clean) => {
      const text = encodeURIComponent(trap('address'));
      for (const path of [`/endpoints?search=${text}`, `/endpoints/${text}`, `/jobs/${text}`, `/executions/${text}`, `/events/${text}`, `/events?type=${text}`, `/audit?search=${text}`, `/run?job=${text}`, `/nowhere/${text}`, `/sign-in?problem=${text}`, `/set-password#${text}`]) {
        await visitor.page.goto(path);
        await visitor.page.waitForLoadState('networkidle');
        await clean();
      }
    }, [/40[04] \([\w ]+\) \S+\/api\/v1\//]));

  it('would be seen if it were more: the policy of the pages stops a script, and says so', async () => {
    const visitor = await Visitor.arrive(browser, kanade, { session });
    const watch = await TrapWatch.on(visitor);
    await visitor.visit('/');
    await visitor.page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(trap('test'))})`);
    await until('the browser to complain', () => visitor.complaints().find((complaint) => complaint.includes('Content Security Policy')));
    expect(await watch.found()).toHaveLength(2);
    await visitor.page.evaluate('pwned("this")');
    expect(await watch.found()).toContain('this');
    await visitor.leave();
  });
});

/** Whether a page can do anything with a window it opened. */
function reachOf(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => { try { return window.opened.closed ? 'out of reach' : window.opened.document.title } catch { return 'closed off' } })()`);
}
