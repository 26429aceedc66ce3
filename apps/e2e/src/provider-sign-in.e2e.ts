import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestProvider } from '@kanade/test-provider';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, startChromium } from '@kanade/test-system';
import { looks, nameOf } from './browser/looks.ts';
import { notSignedInYet, Visitor } from './browser/visitor.ts';
import { freePort } from './free-port.ts';
import { Installation } from './installation.ts';

const executable = findChromium();

describe('signing in at an identity provider, in a browser', () => {
  let kanade: Installation;
  let provider: TestProvider;
  let browser: Browser;

  beforeAll(async () => {
    if (executable === undefined) return;
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    provider = await TestProvider.start(`${publicUrl}/api/v1/oidc/callback`);
    const rolesFile = join(provider.directory, 'roles.yaml');
    writeFileSync(rolesFile, 'claim: groups\nmap:\n  watchers: [viewer]\n  admins: [admin]\n');
    browser = await startChromium(executable);
    kanade = await Installation.start({
      environment: {
        KANADE_HTTP_PORT: String(port), KANADE_PUBLIC_URL: publicUrl, KANADE_OIDC_ISSUER: provider.issuer, KANADE_OIDC_NAME: 'Example Login', KANADE_OIDC_CLIENT_ID: 'kanade',
        KANADE_OIDC_CLIENT_SECRET_FILE: provider.secretFile, KANADE_OIDC_CA_FILE: provider.caFile, KANADE_OIDC_ROLES_FILE: rolesFile,
        KANADE_OIDC_ACR: 'phr', KANADE_APPROVAL_ENDPOINTS: '0',
      },
    });
  });
  beforeEach((context) => {
    context.skip(executable === undefined, 'no Chromium on the PATH and none named by KANADE_CHROMIUM');
  });
  afterAll(async () => {
    if (executable === undefined) return;
    await browser.close();
    await kanade.discard();
    await provider.stop();
  });

  async function arriving(visit: (visitor: Visitor) => Promise<void>): Promise<void> {
    // The provider's certificate is its own; the backend is told of it, and this browser takes any.
    const visitor = await Visitor.arrive(browser, kanade, { ignoreHTTPSErrors: true });
    try {
      await visit(visitor);
      expect(visitor.complaints(notSignedInYet, /favicon\.ico$/, /403 \(Forbidden\) \S+\/api\/v1\/executions$/)).toEqual([]);
    } catch (error) {
      await visitor.picture(`failed-${(expect.getState().currentTestName ?? '').replaceAll(/[^a-z0-9]+/gi, '-').slice(-60)}`);
      throw error;
    } finally {
      await visitor.leave();
    }
  }

  async function passProvider({ page }: Visitor, login: string): Promise<void> {
    await page.getByRole('link', { name: 'Sign in with Example Login' }).click();
    await page.getByLabel('Login').fill(login);
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  it('leads there and back to the page that was asked for, with the roles the provider gives', async () => {
    provider.people.set('s-hana', { username: 'hana', groups: ['watchers'], acr: 'phr' });
    await arriving(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/executions');
      await passProvider(visitor, 's-hana');
      await visitor.heading('Executions').waitFor();
      expect(await page.getByRole('link', { name: 'Users', exact: true }).count()).toBe(0);
      await visitor.visit('/account');
      await page.getByText(provider.issuer).waitFor();
      expect(await page.getByText('Second factor').count()).toBe(0);
      await page.getByRole('button', { name: 'Account' }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign out of Example Login too' }).waitFor();
    });
  });

  it('makes an administrator of whom the provider says so, who sees where users come from', async () => {
    provider.people.set('s-ren', { username: 'ren', groups: ['admins'], acr: 'phr' });
    await arriving(async (visitor) => {
      await visitor.visit('/users');
      await passProvider(visitor, 's-ren');
      await visitor.heading('Users').waitFor();
      await visitor.page.getByText(`At ${new URL(provider.issuer).host}`).first().waitFor();
      await visitor.picture('users-of-a-provider');
    });
  });

  it('takes a new proof there for an execution that a session is not enough for', async () => {
    expect(kanade.said()).toContain('The job hello was not run');
    await arriving(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/run');
      await passProvider(visitor, 's-ren');
      await visitor.heading('Run').waitFor();
      await page.getByText('All endpoints').click();
      await page.getByRole('textbox', { name: 'Script' }).fill('echo proved');
      await page.getByRole('button', { name: 'Run on 1 endpoint' }).click();
      const dialog = page.getByRole('dialog', { name: 'This takes another proof' });
      const [window] = await Promise.all([page.waitForEvent('popup'), dialog.getByRole('link', { name: 'First sign in with Example Login once more' }).click()]);
      await visitor.picture('provider-proof');
      // Being signed in there is not enough: it asks again.
      await window.getByLabel('Login').fill('s-ren');
      await window.getByRole('button', { name: 'Continue' }).click();
      await window.getByText(provider.issuer).waitFor();
      await window.close();
      await dialog.getByRole('button', { name: 'Run on 1 endpoint' }).click();
      await visitor.stateIs('Succeeded');
    });
  });

  it('gives the command line a token, made in the console', async () => {
    await arriving(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/account');
      await passProvider(visitor, 's-hana');
      await page.getByRole('button', { name: 'New token' }).click();
      const dialog = page.getByRole('dialog', { name: 'Make a token' });
      await dialog.getByLabel('Name').fill('laptop');
      await dialog.getByLabel('I do, on the command line').click();
      await dialog.getByRole('button', { name: 'Make the token' }).click();
      const token = await dialog.getByText(/^kanade_/).innerText();
      await visitor.picture('token-made');
      expect(await visitor.barriers()).toEqual([]);
      const home = { HOME: kanade.dataDir, XDG_CONFIG_HOME: join(kanade.dataDir, 'config-of-hana') };
      const signedIn = await kanade.cliElsewhere(home, `${token.trim()}\n`, 'login', '--url', kanade.runtime.httpUrl, '--with-token');
      expect(signedIn).toMatchObject({ code: 0, stdout: expect.stringContaining('as hana') });
      expect(await kanade.cliElsewhere(home, '', 'endpoint', 'list')).toMatchObject({ code: 0 });
      await dialog.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Revoke token laptop' }).click();
      await page.getByText('No token acts for you.').waitFor();
      expect(await kanade.cliElsewhere(home, '', 'endpoint', 'list')).toMatchObject({ code: 4, stderr: expect.stringContaining('token') });
    });
  });

  it('says why it came to nothing', async () => {
    provider.people.set('s-nobody', { username: 'nobody', groups: [], acr: 'phr' });
    await arriving(async (visitor) => {
      await visitor.visit('/sign-in');
      await passProvider(visitor, 's-nobody');
      await visitor.page.getByText('Your account at the identity provider has no role in kanade.').waitFor();
      await visitor.picture('provider-refusal');
    });
  });

  it('looks right to everybody who uses it', async () => {
    for (const look of looks) {
      const visitor = await Visitor.arrive(browser, kanade, { look });
      await visitor.visit('/sign-in?problem=no-role');
      await visitor.page.locator('a[href^="/api/v1/oidc/sign-in"]').waitFor();
      await visitor.settled();
      await visitor.picture(`sign-in-provider-${nameOf(look)}`, { fullPage: true });
      expect(await visitor.overhang()).toBe(0);
      expect(await visitor.barriers()).toEqual([]);
      expect(visitor.complaints(notSignedInYet)).toEqual([]);
      await visitor.leave();
    }
  });
});
