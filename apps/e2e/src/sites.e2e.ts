import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpointListSchema, resultSchema } from './answers.ts';
import { findChromium, startChromium } from '@kanade/test-system';
import { looks, nameOf } from './browser/looks.ts';
import { Overheard } from './browser/overheard.ts';
import { Stage } from './browser/stage.ts';
import { notSignedInYet } from './browser/visitor.ts';
import type { Visitor } from './browser/visitor.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const executable = findChromium();
const siteListSchema = z.object({ items: z.array(z.looseObject({ name: z.string(), endpointCount: z.int() })) });

describe('sites in the console', () => {
  let kanade: Installation;
  let browser: Browser;
  let stage: Stage;
  /** The one that is moved, and those that stay. */
  let machine: { readonly id: string; readonly name: string };
  let others: readonly { readonly id: string; readonly name: string }[];
  /** An execution over all, from before the move; of the moved one in its new site; and of the others only. */
  let overAll: string;
  let local: string;
  let foreign: string;
  let link: string;
  const password: string = crypto.randomUUID();

  const run = async (...args: readonly string[]) => (await kanade.json(resultSchema, 'run', ...args)).executionId;
  /** What would tell of the others. */
  const traces = () => [...others.flatMap(({ id, name }) => [id, name]), foreign, '"site":"simulated"'];

  beforeAll(async () => {
    if (executable === undefined) return;
    browser = await startChromium(executable);
    kanade = await Installation.start({ endpoints: 2 });
    stage = new Stage(browser, kanade);
    const online = await until('3 endpoints to be online', async () => {
      const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
      return items.filter(({ status }) => status === 'online').length === 3 ? items : undefined;
    });
    const [real] = online.filter(({ simulated }) => !simulated);
    if (!real) throw new Error('this machine is no endpoint');
    machine = real;
    others = online.filter(({ id }) => id !== real.id);
  });
  beforeEach((context) => {
    context.skip(executable === undefined, 'no Chromium on the PATH and none named by KANADE_CHROMIUM');
  });
  afterAll(async () => {
    if (executable === undefined) return;
    await browser.close();
    await kanade.discard();
  });

  it('are made by an administrator, who moves an endpoint there and shows only those of the site', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/sites');
      await page.getByRole('button', { name: 'New site' }).click();
      await page.getByRole('dialog').getByLabel('Site', { exact: true }).fill('tokyo');
      await visitor.picture('site-create');
      await page.keyboard.press('Enter');
      await page.getByText('Site tokyo is made.').waitFor();
      await page.getByRole('link', { name: '0 endpoints of tokyo' }).click();
      await visitor.heading('Endpoints').waitFor();
      await page.getByText('No endpoint matches').waitFor();
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.getByRole('checkbox', { name: `Select ${machine.name}`, exact: true }).check();
      await page.getByRole('button', { name: 'Move to site…' }).click();
      const dialog = page.getByRole('dialog', { name: `Move ${machine.name} to another site` });
      await dialog.getByRole('combobox', { name: 'Site' }).click();
      await page.getByRole('option', { name: 'tokyo' }).click();
      await visitor.picture('site-move');
      await dialog.getByRole('button', { name: 'Move' }).click();
      await page.getByText('1 endpoint moved to tokyo.').waitFor();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('combobox', { name: 'Site' }).click();
      await page.getByRole('option', { name: 'tokyo' }).click();
      const rows = page.locator('tbody tr');
      await until('only what is in tokyo', async () => ((await rows.count()) === 1 && (await rows.first().innerText()).includes(machine.name)) || undefined);
      expect(new URL(page.url()).searchParams.get('site')).toBe('tokyo');
      await visitor.picture('endpoints-of-site');
      const { items } = await kanade.json(siteListSchema, 'site', 'list');
      expect(items).toMatchObject([{ name: 'default', endpointCount: 0 }, { name: 'simulated', endpointCount: 2 }, { name: 'tokyo', endpointCount: 1 }]);
    }));

  it('limit the roles an administrator gives', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/users');
      await page.getByRole('button', { name: 'Add user' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a user' });
      await dialog.getByLabel('User name').fill('ren');
      await dialog.getByLabel('Role', { exact: true }).selectOption('operator');
      await dialog.getByRole('combobox', { name: 'Sites' }).click();
      await page.getByRole('option', { name: 'tokyo' }).click();
      await page.keyboard.press('Escape');
      await visitor.picture('site-role');
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      link = await page.getByRole('dialog', { name: 'Link for ren' }).getByRole('region').innerText();
    }));

  it('change with an endpoint from its own page, and are deleted once nothing belongs to them', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      const [other] = others;
      expect(await kanade.cli('site', 'create', 'osaka')).toMatchObject({ code: 0 });
      const changeTo = async (site: string) => {
        await page.getByRole('button', { name: 'Manage' }).click();
        await page.getByRole('menuitem', { name: 'Change site…' }).click();
        await page.getByRole('dialog').getByRole('combobox', { name: 'Site' }).click();
        await page.getByRole('option', { name: site }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click();
        await page.locator('dl > div', { hasText: 'Site' }).getByText(site, { exact: true }).waitFor();
      };
      const remove = async () => {
        await page.getByRole('button', { name: 'Delete site osaka' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
      };
      await visitor.visit(`/endpoints/${other?.id ?? ''}`);
      await changeTo('osaka');
      await visitor.visit('/sites');
      await page.getByRole('link', { name: '1 endpoint of osaka' }).waitFor();
      await remove();
      await page.getByText('Something still belongs to this site.').waitFor();
      await visitor.picture('site-in-use');
      await visitor.visit(`/endpoints/${other?.id ?? ''}`);
      await changeTo('simulated');
      await visitor.visit('/sites');
      await page.getByRole('link', { name: '0 endpoints of osaka' }).waitFor();
      await remove();
      await page.getByText('Site osaka is deleted.').waitFor();
      await page.getByRole('link', { name: '0 endpoints of osaka' }).waitFor({ state: 'detached' });
    }, undefined, [/409 \(Conflict\) \S+\/api\/v1\/sites\/osaka$/]));

  /** Signs the operator in, who sets the password first when there is none yet. */
  async function enter(visitor: Visitor): Promise<void> {
    await visitor.visit('/sign-in');
    await visitor.signIn(password, 'ren');
    await visitor.heading('Overview').waitFor();
    await visitor.settled();
  }

  it('are all that an operator limited to one gets to see: nothing of others in any page, answer or live message', () =>
    stage.signedOut(async (visitor) => {
      const { page } = visitor;
      const [other] = others;
      overAll = await run('--all', '--', 'echo over all');
      local = await run('--endpoint', machine.id, '--', 'echo local');
      foreign = await run('--endpoint', other?.id ?? '', '--', 'echo foreign');
      await visitor.visit(link);
      await page.getByLabel('New password', { exact: true }).fill(password);
      await page.getByLabel('New password again').fill(password);
      await page.getByRole('button', { name: 'Set password' }).click();
      await visitor.heading('Your password is set').waitFor();
      const overheard = new Overheard(page);
      await enter(visitor);
      await overheard.everything();
      const pages = ['/', '/endpoints', '/endpoints?site=simulated', `/endpoints/${machine.id}`, `/endpoints/${machine.id}?part=runs`, '/run', '/jobs', '/jobs/hello', '/executions',
        `/executions/${local}`, `/executions/${overAll}`, '/events', '/sites', '/account', '/status', '/users', '/enrolment-tokens'];
      const shown: string[] = [];
      for (const path of pages) {
        await visitor.visit(path);
        await overheard.everything();
        await visitor.settled();
        const text = await page.locator('body').innerText();
        shown.push(text);
        expect.soft([path, await page.getByRole('alert').allInnerTexts()]).toEqual([path, []]);
        expect.soft([path, traces().filter((trace) => text.includes(trace))]).toEqual([path, []]);
      }
      // Something happens on the others while the page listens.
      await visitor.visit('/executions');
      await page.getByText('Live', { exact: true }).waitFor();
      const rows = page.locator('tbody tr');
      const before = await rows.count();
      await run('--endpoint', other?.id ?? '', '--', 'echo more of the others');
      await run('--endpoint', machine.id, '--', 'echo more of ours');
      await until('the own execution', async () => (await rows.count()) === before + 1 || undefined);
      const heard = await overheard.everything();
      expect(heard).toContain(machine.id);
      expect(shown.join('\n')).toContain(machine.name);
      expect(traces().filter((trace) => heard.includes(trace))).toEqual([]);
      expect(heard).not.toContain('"forbidden"');
    }, [notSignedInYet]));

  it('are what an operator runs on, and whose output comes live', () =>
    stage.signedOut(async (visitor) => {
      const { page } = visitor;
      const gate = join(kanade.dataDir, 'gate-site');
      const overheard = new Overheard(page);
      await enter(visitor);
      await overheard.everything();
      await visitor.visit('/run');
      await page.getByText('By site').click();
      await page.getByText('Runs on exactly 1 endpoint').waitFor();
      await page.getByRole('textbox', { name: 'Script' }).fill(`echo before the gate\nwhile [ ! -e '${gate}' ]; do sleep 0.1; done\necho behind the gate`);
      await visitor.picture('run-by-site');
      await page.getByRole('button', { name: 'Run on 1 endpoint' }).click();
      await visitor.heading('Script (sh)').waitFor();
      await visitor.outputHas('before the gate');
      expect(await visitor.output()).not.toContain('behind the gate');
      writeFileSync(gate, '');
      await visitor.outputHas('behind the gate');
      await visitor.stateIs('Succeeded');
      const heard = await overheard.everything();
      expect(traces().filter((trace) => heard.includes(trace))).toEqual([]);
    }, [notSignedInYet]));

  it('tell who is limited to one without endpoints so, without an error anywhere', async () => {
    expect(await kanade.cli('site', 'create', 'kyoto')).toMatchObject({ code: 0 });
    expect(await kanade.cli('user', 'grant', 'ren', '--role', 'operator@kyoto')).toMatchObject({ code: 0 });
    await stage.signedOut(async (visitor) => {
      await enter(visitor);
      for (const path of ['/', '/endpoints']) {
        await visitor.visit(path);
        await visitor.page.getByText('Your site has no endpoint yet').waitFor();
        await visitor.picture(`no-endpoint-on-site${path === '/' ? '' : '-list'}`);
      }
      await visitor.visit('/run');
      await visitor.page.getByText('By site').click();
      await visitor.page.getByText('Choose a site that has endpoints.').waitFor();
      expect(await visitor.page.getByRole('alert').count()).toBe(0);
    }, [notSignedInYet]);
  });

  it.each(looks)('have no barriers and nothing that sticks out: $language, $scheme, $screen', (look) =>
    stage.signedIn(async (visitor) => {
      for (const [name, path] of Object.entries({ sites: '/sites', 'endpoints-sites': '/endpoints?site=tokyo', 'run-sites': '/run' })) {
        await visitor.visit(path);
        if (path === '/run') await visitor.page.getByText(look.language === 'ja' ? 'サイト別' : 'By site').click();
        await visitor.picture(`${name}-${nameOf(look)}`, { fullPage: look.screen === 'narrow' });
        expect.soft([name, await visitor.barriers()]).toEqual([name, []]);
        expect.soft([name, await visitor.overhang()]).toEqual([name, 0]);
      }
    }, look));
});
