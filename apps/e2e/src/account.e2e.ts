import { Secret, TOTP } from 'otpauth';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findChromium, startChromium } from '@kanade/test-system';
import { looks, nameOf } from './browser/looks.ts';
import { notSignedInYet, Visitor } from './browser/visitor.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const executable = findChromium();
const linkSchema = z.object({ link: z.url() });
/** Refusals that somebody meets on purpose here. */
const refused = [notSignedInYet, /40[13] \(\w+\) \S+\/api\/v1\//, /410 \(Gone\) \S+\/set-password$/, /WebSocket connection to/];

describe('people in the console', () => {
  let kanade: Installation;
  let browser: Browser;
  const password: string = crypto.randomUUID();
  let authenticator: TOTP | undefined;
  let usedStep = 0;
  let recoveryCodes: string[] = [];

  beforeAll(async () => {
    if (executable === undefined) return;
    browser = await startChromium(executable);
    kanade = await Installation.start();
  });
  beforeEach((context) => {
    context.skip(executable === undefined, 'no Chromium on the PATH and none named by KANADE_CHROMIUM');
  });
  afterAll(async () => {
    if (executable === undefined) return;
    await browser.close();
    await kanade.discard();
  });

  const step = () => Math.floor(Date.now() / 30_000);
  /** The authenticator's code, once it is another than the one before. */
  const freshCode = () =>
    until('another code', () => {
      if (authenticator === undefined || step() <= usedStep) return undefined;
      usedStep = step();
      return authenticator.generate();
    }, 40_000);

  async function arriving<Result>(visit: (visitor: Visitor) => Promise<Result>): Promise<Result> {
    const visitor = await Visitor.arrive(browser, kanade);
    try {
      const result = await visit(visitor);
      expect(visitor.complaints(...refused)).toEqual([]);
      return result;
    } catch (error) {
      await visitor.picture(`failed-${(expect.getState().currentTestName ?? '').replaceAll(/[^a-z0-9]+/gi, '-').slice(-60)}`);
      throw error;
    } finally {
      await visitor.leave();
    }
  }

  async function signIn(visitor: Visitor): Promise<void> {
    await visitor.visit('/sign-in');
    await visitor.page.getByLabel('User name').fill('hana');
    await visitor.page.getByLabel('Password', { exact: true }).fill(password);
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function signInWithCode(visitor: Visitor, code: string): Promise<void> {
    await signIn(visitor);
    await visitor.page.getByLabel('Code').fill(code);
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
    await visitor.heading('Overview').waitFor();
  }

  it('lets somebody set a password with their link, once, and tells no server its token', async () => {
    const { link } = await kanade.json(linkSchema, 'user', 'create', 'hana', '--role', 'viewer');
    const token = new URL(link).hash.slice(1);
    expect(token).toMatch(/^[\w-]{43}$/);
    const setPassword = (visitor: Visitor) => async () => {
      const asked: string[] = [];
      visitor.page.on('request', (request) => asked.push(`${request.url()} ${JSON.stringify(request.headers())}`));
      await visitor.visit(link);
      await visitor.page.getByLabel('New password', { exact: true }).fill(password);
      await visitor.page.getByLabel('New password again').fill(password);
      await visitor.page.getByRole('button', { name: 'Set password' }).click();
      expect(asked.filter((request) => request.split('#')[0]?.includes(token) === true)).toEqual([]);
    };
    await arriving(async (visitor) => {
      await setPassword(visitor)();
      await visitor.heading('Your password is set').waitFor();
      await visitor.page.getByRole('link', { name: 'Go to the sign-in' }).click();
      await signIn(visitor);
      await visitor.heading('Overview').waitFor();
      expect(await visitor.page.getByRole('link', { name: 'Users', exact: true }).count()).toBe(0);
    });
    await arriving(async (visitor) => {
      await setPassword(visitor)();
      await visitor.page.getByText('This link was used already, or has expired.').waitFor();
    });
  });

  it('sets up a second factor, and asks for its code from then on', async () => {
    await arriving(async (visitor) => {
      const { page } = visitor;
      await signIn(visitor);
      await visitor.heading('Overview').waitFor();
      await visitor.visit('/account');
      await page.getByRole('button', { name: 'Set up' }).click();
      const dialog = page.getByRole('dialog', { name: 'Second factor' });
      await dialog.getByLabel('Current password').fill(password);
      await dialog.getByRole('button', { name: 'Continue' }).click();
      await dialog.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor();
      await visitor.picture('second-factor-setup');
      expect(await visitor.barriers()).toEqual([]);
      const key = await dialog.getByRole('region', { name: 'Key' }).innerText();
      authenticator = new TOTP({ secret: Secret.fromBase32(key.replaceAll(/\s/g, '')) });
      await dialog.getByLabel('Code shown by the app').fill(await freshCode());
      await dialog.getByRole('button', { name: 'Turn on' }).click();
      recoveryCodes = (await dialog.getByRole('region', { name: 'Keep these recovery codes' }).innerText()).trim().split('\n');
      expect(recoveryCodes).toHaveLength(10);
      await visitor.picture('recovery-codes');
      await dialog.getByRole('button', { name: 'I have kept them' }).click();
      await page.getByText('Signing in asks for a code from your authenticator.').waitFor();
    });
    await arriving(async (visitor) => {
      await signIn(visitor);
      await visitor.page.getByLabel('Code').fill('000000');
      await visitor.page.getByRole('button', { name: 'Sign in' }).click();
      await visitor.page.getByText('The code is wrong, or was used already.').waitFor();
      await visitor.picture('sign-in-code');
      await visitor.page.getByLabel('Code').fill(await freshCode());
      await visitor.page.getByRole('button', { name: 'Sign in' }).click();
      await visitor.heading('Overview').waitFor();
    });
  });

  it('leads a browser to the sign-in when its session is ended elsewhere', () =>
    arriving(async (here) => {
      await arriving(async (there) => {
        await signInWithCode(there, recoveryCodes.pop() ?? '');
        await signInWithCode(here, recoveryCodes.pop() ?? '');
        await here.visit('/account');
        await here.page.getByText('This one').waitFor();
        await here.page.getByRole('button', { name: 'Sign out everywhere else' }).click();
        await here.page.getByText('Signed out there.').waitFor();
        // Nobody touches the other browser: it finds out by itself.
        await there.page.getByText('Your session has ended.').waitFor();
      });
      await here.page.getByText('This one').waitFor();
    }));

  it('looks right to everybody who uses it', async () => {
    const session = await arriving(async (visitor) => {
      await visitor.visit('/sign-in');
      await visitor.signIn();
      await visitor.heading('Overview').waitFor();
      return visitor.storage();
    });
    for (const look of looks) {
      const visitor = await Visitor.arrive(browser, kanade, { look, session });
      for (const path of ['/users', '/account', '/set-password#token']) {
        await visitor.visit(path);
        await visitor.page.waitForLoadState('networkidle');
        await visitor.settled();
        await visitor.picture(`${path.replace(/^\//, '').replace(/#.*/, '')}-${nameOf(look)}`, { fullPage: true });
        expect([path, await visitor.overhang()]).toEqual([path, 0]);
        expect([path, await visitor.barriers()]).toEqual([path, []]);
      }
      expect(visitor.complaints(notSignedInYet)).toEqual([]);
      await visitor.leave();
    }
  });

  it('adds a user with roles on sites, and disables them', async () => {
    expect(await kanade.cli('site', 'create', 'tokyo')).toMatchObject({ code: 0 });
    await arriving(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/sign-in');
      await visitor.signIn();
      await visitor.heading('Overview').waitFor();
      await page.getByRole('link', { name: 'Users', exact: true }).click();
      await page.getByRole('button', { name: 'Add user' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a user' });
      await dialog.getByLabel('User name').fill('ren');
      await dialog.getByLabel('Role', { exact: true }).selectOption('operator');
      await dialog.getByRole('combobox', { name: 'Sites' }).click();
      await page.getByRole('option', { name: 'tokyo' }).click();
      await page.keyboard.press('Escape');
      await visitor.picture('add-user');
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      const made = page.getByRole('dialog', { name: 'Link for ren' });
      expect(await made.getByRole('region').innerText()).toMatch(/\/set-password#[\w-]{43}$/);
      await visitor.picture('user-link');
      await made.getByRole('button', { name: 'Close' }).last().click();
      await page.getByText('Operator (tokyo)').waitFor();
      await page.getByRole('button', { name: 'Actions for ren' }).click();
      await page.getByRole('menuitem', { name: 'Disable' }).click();
      await page.getByRole('dialog', { name: 'Disable ren?' }).getByRole('button', { name: 'Disable' }).click();
      await page.getByText('Disabled', { exact: true }).waitFor();
    });
  });

  it('comes up again when the first account no longer lets anybody in, and says so', async () => {
    const { link } = await kanade.json(linkSchema, 'user', 'create', 'second', '--role', 'admin');
    const send = (method: string, path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(`${kanade.runtime.httpUrl}/api/v1${path}`, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
    await send('POST', '/set-password', { token: new URL(link).hash.slice(1), password });
    const token = z.object({ token: z.string() }).parse(await (await send('POST', '/session/token', { username: 'second', password, name: 'test' })).json());
    expect((await send('POST', '/accounts/admin/disable', {}, { authorization: `Bearer ${token.token}` })).status).toBe(200);
    await kanade.stop();
    await kanade.start();
    expect(kanade.said()).toContain('npx kanade here is not signed in: the password of admin has been changed, or admin has been disabled.');
    expect(kanade.said()).toContain('Sign in yourself with: npx kanade login --url');
  });
});
