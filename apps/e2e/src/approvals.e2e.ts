import { Secret, TOTP } from 'otpauth';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { detachedSchema, endpointListSchema } from './answers.ts';
import { findChromium, startChromium } from '@kanade/test-system';
import { looks, nameOf } from './browser/looks.ts';
import { notSignedInYet, Visitor } from './browser/visitor.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const executable = findChromium();
const approvalsSchema = z.object({ items: z.array(z.object({ id: z.string(), approval: z.object({ state: z.string(), reason: z.string().nullable() }) })) });
/** Refusals that somebody meets on purpose here. */
const refused = [notSignedInYet, /40[13] \(\w+\) \S+\/api\/v1\/executions$/];

describe('an execution over many endpoints', () => {
  let kanade: Installation;
  let browser: Browser;
  let session: Awaited<ReturnType<Visitor['storage']>> | undefined;
  const password: string = crypto.randomUUID();
  const run = (...flags: readonly string[]) => kanade.cli('run', '--all', ...flags, '--', 'echo hello');
  const waiting = async () => (await kanade.json(approvalsSchema, 'approval', 'list')).items.map(({ id }) => id);

  beforeAll(async () => {
    kanade = await Installation.start({ endpoints: 2, environment: { KANADE_APPROVAL_ENDPOINTS: '2' } });
    await until('3 endpoints to be online', async () => {
      const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
      return items.filter(({ status }) => status === 'online').length === 3 || undefined;
    });
    const { link } = await kanade.json(z.object({ link: z.url() }), 'user', 'create', 'ren', '--role', 'operator');
    const made = await fetch(`${kanade.runtime.httpUrl}/api/v1/set-password`, {
      method: 'POST', body: JSON.stringify({ token: new URL(link).hash.slice(1), password }), headers: { 'content-type': 'application/json' },
    });
    expect(made.status).toBe(204);
    if (executable !== undefined) browser = await startChromium(executable);
  });
  afterAll(async () => {
    if (executable !== undefined) await browser.close();
    await kanade.discard();
  });

  it('takes more than a token, and says what', async () => {
    const ended = await run();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/would run on 3 endpoints, and more than 2 take a code of your second factor, or the approval of somebody else/);
    expect(ended.stderr).toContain('Give a code with --code, or wait for somebody else’s approval with --approval.');
    expect((await run('--code', '123456')).stderr).toContain('your account has no second factor');
    expect(await waiting()).toEqual([]);
  });

  it('is never approved by whoever asked, and ends when they withdraw it', async () => {
    const { executionId } = await kanade.json(detachedSchema, 'run', '--all', '--approval', '--detach', '--', 'echo hello');
    expect(await waiting()).toEqual([executionId]);
    expect((await kanade.cli('approval', 'show', executionId)).stdout).toMatch(/^approval +waiting\n[^]*asked +.* by admin[^]*endpoints +3: [^]*script: echo hello/);
    const own = await kanade.cli('approval', 'approve', executionId);
    expect([own.code, own.stderr]).toEqual([1, expect.stringContaining('somebody else has to approve it')]);
    expect(await kanade.cli('execution', 'cancel', executionId)).toMatchObject({ code: 0 });
    await until('it to be withdrawn', async () => (await waiting()).length === 0 || undefined);
    expect((await kanade.cli('execution', 'show', executionId)).stdout).toContain('approval withdrawn');
  });

  describe('in the console', () => {
    beforeEach((context) => {
      context.skip(executable === undefined, 'no Chromium on the PATH and none named by KANADE_CHROMIUM');
    });

    async function asRen(visit: (visitor: Visitor) => Promise<void>): Promise<void> {
      const visitor = await Visitor.arrive(browser, kanade, session && { session });
      try {
        await visitor.visit('/sign-in');
        if (session === undefined) {
          await visitor.signIn(password, 'ren');
          await visitor.heading('Overview').waitFor();
          session = await visitor.storage();
        }
        await visit(visitor);
        // Codes end other sessions: whoever comes next brings the newest.
        session = await visitor.storage();
        expect(visitor.complaints(...refused)).toEqual([]);
      } catch (error) {
        await visitor.picture(`failed-${(expect.getState().currentTestName ?? '').replaceAll(/[^a-z0-9]+/gi, '-').slice(-60)}`);
        throw error;
      } finally {
        await visitor.leave();
      }
    }

    async function fillRunForm({ page }: Visitor): Promise<void> {
      await page.getByText('All endpoints').click();
      await page.getByRole('textbox', { name: 'Script' }).fill('echo from the form');
      await page.getByRole('button', { name: 'Run on 3 endpoints' }).click();
    }

    it('is approved by somebody else, who is told of it, and then runs for whoever waits', () =>
      asRen(async (visitor) => {
        const { page } = visitor;
        const command = kanade.startCli('run', '--all', '--approval', '--', 'echo hello');
        await until('the command to wait', () => /Waiting for somebody else’s approval until .*: kanade approval approve /.exec(command.said()) ?? undefined);
        await visitor.visit('/');
        await page.getByText('1 execution waits for approval.').waitFor();
        await page.getByRole('link', { name: 'Look at it' }).click();
        await page.locator('tbody').getByText('Waits for approval').waitFor();
        await visitor.picture('approvals');
        await page.locator('tbody a').first().click();
        await visitor.stateIs('Waits for approval');
        await visitor.picture('approval');
        expect(await visitor.barriers()).toEqual([]);
        await page.getByRole('button', { name: 'Approve' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
        await page.getByText('Approved by ren').waitFor();
        const ended = await command.ended;
        expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('hello')]);
        await visitor.stateIs('Succeeded');
        await page.getByText('1 execution waits for approval.').waitFor({ state: 'detached' });
      }));

    it('is asked for from the form, denied from the command line, and says so at once', () =>
      asRen(async (visitor) => {
        const { page } = visitor;
        await visitor.visit('/run');
        await fillRunForm(visitor);
        const dialog = page.getByRole('dialog', { name: 'This takes another proof' });
        await dialog.getByText('You have no second factor to prove it with.').waitFor();
        await visitor.picture('approval-ask');
        expect(await visitor.barriers()).toEqual([]);
        await dialog.getByRole('button', { name: 'Ask for approval' }).click();
        await page.getByText('You asked for this: somebody else has to approve it.').waitFor();
        expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
        const [id = ''] = await waiting();
        expect(await kanade.cli('approval', 'deny', id, '--reason', 'not today')).toMatchObject({ code: 0 });
        await page.getByText('Denied by admin').waitFor();
        await page.getByText('not today').waitFor();
        await visitor.stateIs('Denied');
        const { items } = await kanade.json(approvalsSchema, 'approval', 'list', '--state', 'denied');
        expect(items).toMatchObject([{ id, approval: { state: 'denied', reason: 'not today' } }]);
      }));

    it('runs at once with a code of a second factor', () =>
      asRen(async (visitor) => {
        const { page } = visitor;
        await visitor.visit('/account');
        await page.getByRole('button', { name: 'Set up' }).click();
        const setup = page.getByRole('dialog', { name: 'Second factor' });
        await setup.getByLabel('Current password').fill(password);
        await setup.getByRole('button', { name: 'Continue' }).click();
        const key = await setup.getByRole('region', { name: 'Key' }).innerText();
        const authenticator = new TOTP({ secret: Secret.fromBase32(key.replaceAll(/\s/g, '')) });
        const used = authenticator.generate();
        await setup.getByLabel('Code shown by the app').fill(used);
        await setup.getByRole('button', { name: 'Turn on' }).click();
        await setup.getByRole('button', { name: 'I have kept them' }).click();
        await visitor.visit('/run');
        await fillRunForm(visitor);
        const dialog = page.getByRole('dialog', { name: 'This takes another proof' });
        await dialog.getByLabel('Code of your second factor').fill(used);
        await visitor.picture('approval-code');
        await dialog.getByRole('button', { name: 'Run on 3 endpoints' }).click();
        await dialog.getByText('The code is wrong, or was used already.').waitFor();
        const fresh = await until('another code', () => (authenticator.generate() === used ? undefined : authenticator.generate()), 40_000);
        await dialog.getByLabel('Code of your second factor').fill(fresh);
        await dialog.getByRole('button', { name: 'Run on 3 endpoints' }).click();
        await visitor.stateIs('Succeeded');
      }));

    it('looks right to everybody who uses it', async () => {
      const { executionId } = await kanade.json(detachedSchema, 'run', '--all', '--approval', '--detach', '--', 'echo hello');
      for (const look of looks) {
        const visitor = await Visitor.arrive(browser, kanade, { look, ...(session && { session }) });
        for (const path of ['/executions?approval=waiting', `/executions/${executionId}`]) {
          await visitor.visit(path);
          await visitor.page.waitForLoadState('networkidle');
          await visitor.settled();
          await visitor.picture(`approval-${path.includes('?') ? 'list' : 'page'}-${nameOf(look)}`, { fullPage: true });
          expect([path, await visitor.overhang()]).toEqual([path, 0]);
          expect([path, await visitor.barriers()]).toEqual([path, []]);
        }
        expect(visitor.complaints(notSignedInYet)).toEqual([]);
        await visitor.leave();
      }
    });
  });
});
