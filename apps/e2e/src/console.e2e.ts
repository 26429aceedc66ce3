import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { detachedSchema, endpointListSchema, eventListSchema, executionListSchema, resultSchema } from './answers.ts';
import { findChromium, startChromium } from '@kanade/test-system';
import { looks, nameOf } from './browser/looks.ts';
import { Stage } from './browser/stage.ts';
import { notSignedInYet } from './browser/visitor.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const executable = findChromium();

/** Prints a line, waits for a file, prints another. */
const waitingScript = (gate: string) => `echo before the gate\nwhile [ ! -e '${gate}' ]; do sleep 0.1; done\necho behind the gate`;
/** Simulated endpoints take a while for every line, each another one; what they print also stands in the README's picture. */
const packages = ['bash', 'ca-certificates', 'curl', 'firefox', 'git', 'libreoffice', 'openssh', 'openssl', 'python3', 'rsync', 'sudo', 'tzdata', 'vim'];
const longScript = [
  'echo Checking for updates',
  'uname -a',
  ...packages.flatMap((name) => ['fetching ', 'verified ', 'unpacked '].map((verb) => `echo '${verb} ${name}'`)),
  ...packages.map((name) => `echo 'installed ${name}'`),
  `echo ${packages.length} packages installed, no restart needed`,
].join('\n');
const processesWith = (mark: string) => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(mark) && !line.includes('ps -eo'));

describe('the console', () => {
  let kanade: Installation;
  let browser: Browser;
  let stage: Stage;
  let machine: { readonly id: string; readonly name: string };
  let release: () => void = () => undefined;
  const gateOf = (name: string) => join(kanade.dataDir, `gate-${name}`);

  beforeAll(async () => {
    if (executable === undefined) return;
    browser = await startChromium(executable);
    kanade = await Installation.start({ endpoints: 25 });
    stage = new Stage(browser, kanade);
    const online = await until('26 endpoints to be online', async () => {
      const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
      return items.filter(({ status }) => status === 'online').length === 26 ? items : undefined;
    });
    const [real] = online.filter(({ simulated }) => !simulated);
    if (!real) throw new Error('this machine is no endpoint');
    machine = real;
  });
  beforeEach((context) => {
    context.skip(executable === undefined, 'no Chromium on the PATH and none named by KANADE_CHROMIUM');
  });
  afterEach(() => {
    release();
  });
  afterAll(async () => {
    if (executable === undefined) return;
    await browser.close();
    await kanade.discard();
  });

  it('refuses a wrong password in clear words, and shows the fleet to who has the right one', () =>
    stage.signedOut(async (visitor) => {
      await visitor.visit('/');
      await visitor.signIn('not-the-password');
      await visitor.page.getByText('User name or password is wrong.').waitFor();
      await visitor.picture('sign-in-refused');
      await visitor.signIn();
      await visitor.heading('Overview').waitFor();
      for (const figure of ['Endpoints', 'Online']) {
        const shown = visitor.page.locator('dl > div', { has: visitor.page.getByText(figure, { exact: true }) }).locator('dd');
        await until(`26 under ${figure}`, async () => (await shown.innerText()) === '26' || undefined);
      }
      await visitor.page.getByText('Live', { exact: true }).waitFor();
    }, [notSignedInYet]));

  it('finds and sorts endpoints on the server, and shows what one of them has', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      const names = page.locator('tbody td:nth-child(2) a');
      await visitor.visit('/endpoints');
      expect(await names.count()).toBe(26);
      const sorted = page.waitForResponse((answer) => answer.url().includes('sort=-name'));
      await page.getByRole('button', { name: 'Name' }).click();
      const { items: backwards } = endpointListSchema.parse(await (await sorted).json());
      await until('the other order', async () => (await names.first().innerText()) === backwards[0]?.name || undefined);
      expect(await names.allInnerTexts()).toEqual(backwards.map(({ name }) => name));
      await page.locator('th[aria-sort="descending"]', { hasText: 'Name' }).waitFor();

      const searched = page.waitForResponse((answer) => new URL(answer.url()).searchParams.get('search') === machine.name);
      await page.getByRole('searchbox', { name: 'Search by name or ID' }).fill(machine.name);
      const { items: found } = endpointListSchema.parse(await (await searched).json());
      expect(found.length).toBeLessThan(26);
      await until('only what was searched for', async () => (await names.count()) === found.length || undefined);

      await page.getByRole('link', { name: machine.name, exact: true }).click();
      await visitor.heading(machine.name).waitFor();
      await page.getByText(execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim()).first().waitFor();
      await page.getByRole('tab', { name: 'Packages' }).click();
      await page.getByRole('table', { name: 'Packages' }).waitFor();
      const packages = page.locator('tbody td:first-child');
      await until('packages', async () => (await packages.count()) > 20 || undefined);
      const wanted = await packages.nth(15).innerText();
      await page.getByRole('searchbox', { name: 'Search packages' }).fill(wanted);
      await until('only those packages', async () => {
        const shown = await packages.allInnerTexts();
        return (shown.length > 0 && shown.every((name) => name.includes(wanted))) || undefined;
      });
    }));

  it('shows output while a script runs, without a reload', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      const gate = gateOf('live');
      await visitor.visit(`/endpoints/${machine.id}`);
      const loadedAt = await visitor.loadedAt();
      await page.getByRole('link', { name: 'Run', exact: true }).last().click();
      await page.getByRole('textbox', { name: 'Script' }).fill(waitingScript(gate));
      await page.getByRole('button', { name: 'Run on 1 endpoint' }).click();
      await visitor.heading('Script (sh)').waitFor();
      await visitor.outputHas('before the gate');
      await visitor.stateIs('Running');
      expect(await visitor.output()).not.toContain('behind the gate');
      writeFileSync(gate, '');
      await visitor.outputHas('behind the gate');
      await visitor.stateIs('Succeeded');
      await page.getByText('exit 0').waitFor();
      expect(await visitor.output()).toEqual(['before the gate', 'behind the gate']);
      expect(await visitor.loadedAt()).toBe(loadedAt);
    }));

  it('runs on all endpoints, and leads to the events of it and their exact bytes', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/run');
      const loadedAt = await visitor.loadedAt();
      await page.getByText('All endpoints').click();
      await page.getByText('Runs on exactly these 26 endpoints').waitFor();
      await page.getByRole('textbox', { name: 'Script' }).fill('echo begun\nsleep 3\necho done');
      await page.getByRole('button', { name: 'Run on 26 endpoints' }).click();
      const dialog = page.getByRole('dialog', { name: 'Run on 26 endpoints?' });
      await dialog.getByText('All of them are online and start at once.').waitFor();
      expect(await dialog.getByRole('button', { name: 'Run on 26 endpoints' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Type 26 to confirm').fill('26');
      await page.keyboard.press('Enter');
      await visitor.heading('Script (sh)').waitFor();
      await visitor.outputHas('begun');
      await visitor.stateIs('Running');
      await page.locator('tbody tr').nth(7).getByRole('link').click();
      await visitor.outputHas('begun');
      await visitor.outputHas('done');
      await visitor.stateIs('Succeeded');
      await page.getByRole('img', { name: 'Succeeded 26' }).waitFor();
      const succeeded = page.locator('tbody tr', { hasText: 'Succeeded' });
      await until('a row for each success', async () => (await succeeded.count()) === 26 || undefined);
      expect(await visitor.loadedAt()).toBe(loadedAt);

      await page.getByRole('link', { name: 'Events', exact: true }).last().click();
      await visitor.heading('Events').waitFor();
      await page.getByRole('combobox', { name: 'Type' }).fill('run.finished');
      await page.getByRole('option', { name: 'kanade.run.finished.v1' }).click();
      const finished = page.getByRole('link', { name: 'kanade.run.finished.v1' });
      await until('26 ends', async () => (await finished.count()) === 26 || undefined);
      await finished.first().click();
      await visitor.heading('kanade.run.finished.v1').waitFor();
      await page.getByText('Signature valid').waitFor();
      await page.getByText('Exact bytes', { exact: true }).click();
      const position = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
      const body = await page.getByRole('region', { name: 'Body' }).textContent();
      expect(JSON.parse(body ?? '')).toMatchObject({ specversion: '1.0', type: 'kanade.run.finished.v1', data: { state: 'succeeded' } });
      expect(body).toBe((await kanade.json(z.looseObject({ body: z.string() }), 'event', 'show', position)).body);
    }));

  it('runs on the endpoints that were ticked', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/endpoints');
      await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
      await page.getByRole('checkbox', { name: `Select ${machine.name}`, exact: true }).uncheck();
      await page.getByRole('link', { name: 'Run on 25 endpoints' }).click();
      await page.getByText('Runs on exactly these 25 endpoints').waitFor();
      await page.getByRole('textbox', { name: 'Script' }).fill(longScript);
      await page.getByRole('button', { name: 'Run on 25 endpoints' }).click();
      await page.getByLabel('Type 25 to confirm').fill('25');
      await page.keyboard.press('Enter');
      await visitor.heading('Script (sh)').waitFor();
      await page.locator('tbody tr').nth(2).getByRole('link').click();
      await until('a page of output', async () => (await visitor.output()).length > 20 || undefined);
      await page.mouse.move(0, 0);
      const ended = page.locator('tbody tr', { hasText: 'Succeeded' });
      await until('some to be through', async () => (await ended.count()) > 5 || undefined);
      await visitor.picture('fleet');
      if (process.env['KANADE_PICTURE'] === '1') await page.screenshot({ path: join(import.meta.dirname, '../../../docs/images/console.png') });
      await page.getByRole('img', { name: 'Succeeded 25' }).waitFor();
    }));

  it('cancels what runs, and all it started is gone', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      const mark = `e2e-console-${process.pid}`;
      const { executionId } = await kanade.json(detachedSchema, 'run', '--endpoint', machine.id, '--detach', '--', `echo begun; sh -c 'while :; do sleep 1; done' ${mark}`);
      await visitor.visit(`/executions/${executionId}`);
      await visitor.outputHas('begun');
      await until('the script to run', () => processesWith(mark).length > 0 || undefined);
      await page.getByRole('button', { name: 'Cancel all' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
      await visitor.stateIs('Cancelled');
      expect(await page.getByRole('button', { name: 'Cancel all' }).count()).toBe(0);
      await until('it to be gone', () => processesWith(mark).length === 0 || undefined);
    }));

  it('remembers the language and the appearance that were chosen', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/');
      await page.getByRole('button', { name: 'Language' }).click();
      await page.getByRole('menuitem', { name: '日本語' }).click();
      await visitor.heading('概要').waitFor();
      await page.getByRole('button', { name: '外観' }).click();
      await page.getByRole('menuitem', { name: 'ダーク' }).click();
      const dark = page.locator('html[lang="ja"][data-mantine-color-scheme="dark"]');
      await dark.waitFor();
      await page.reload();
      await visitor.heading('概要').waitFor();
      await dark.waitFor();
      await page.getByRole('button', { name: '外観' }).click();
      await page.getByRole('menuitem', { name: 'ライト' }).click();
      await page.locator('html[data-mantine-color-scheme="light"]').waitFor();
    }));

  it('has its menu at hand on a narrow screen', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/');
      await page.getByRole('button', { name: 'Menu' }).click();
      await visitor.picture('menu-narrow');
      await page.getByRole('dialog').getByRole('link', { name: 'Endpoints' }).click();
      await visitor.heading('Endpoints').waitFor();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('link', { name: machine.name, exact: true }).click();
      await visitor.heading(machine.name).waitFor();
      expect(await visitor.overhang()).toBe(0);
    }, { language: 'en', scheme: 'light', screen: 'narrow' }));

  it('says that the backend is away and catches up by itself once it is back', () =>
    stage.signedIn(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/executions');
      const rows = page.locator('tbody tr');
      const before = await rows.count();
      const loadedAt = await visitor.loadedAt();
      // All pages are fetched in the background; who comes and loses the backend before that is done has only some of them.
      await page.waitForLoadState('networkidle');
      release = kanade.hold('backend');
      kanade.kill('backend');
      await page.getByRole('alert').getByText('Connection lost.').waitFor();
      await page.getByText('Reconnecting', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Status' }).click();
      await page.getByText('The backend does not answer. Is it running?').waitFor();
      await visitor.picture('backend-away');
      await page.getByRole('link', { name: 'Executions' }).click();
      release();
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByText('Connection lost.').waitFor({ state: 'detached' });
      expect((await kanade.json(resultSchema, 'run', '--endpoint', machine.id, '--', 'echo again')).runs[0]?.state).toBe('succeeded');
      await until('the new execution', async () => (await rows.count()) === before + 1 || undefined);
      expect(await visitor.loadedAt()).toBe(loadedAt);
      // A connection breaks in many ways, and a backend just back answers 503 until it has found its broker; the console asks again.
    }, undefined, [/net::ERR_\w+ |WebSocket connection to .* failed|503 \(Service Unavailable\) \S+\/api\/v1\//]));

  it('leads whoever follows a link back to it after the sign-in, and forgets them when they sign out', () =>
    stage.signedOut(async (visitor) => {
      const { page } = visitor;
      const address = `/endpoints?search=${machine.name}`;
      await visitor.visit(address);
      await page.getByRole('form', { name: 'Sign in' }).waitFor();
      await visitor.signIn();
      await visitor.heading('Endpoints').waitFor();
      expect(await page.getByRole('searchbox').inputValue()).toBe(machine.name);
      await page.getByRole('button', { name: 'Account' }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.getByRole('form', { name: 'Sign in' }).waitFor();
      await page.goto(address);
      await page.getByRole('form', { name: 'Sign in' }).waitFor();
      expect(await page.getByText(machine.name).count()).toBe(0);
      const { cookies } = await visitor.storage();
      expect(cookies).toEqual([]);
    }, [notSignedInYet]));

  it('can be used with the keyboard alone', () =>
    stage.signedOut(async (visitor) => {
      const { page } = visitor;
      await visitor.visit('/');
      await page.locator('input[autocomplete="username"]:focus').waitFor();
      await page.keyboard.type('admin');
      await page.keyboard.press('Tab');
      await page.keyboard.type(visitor.password);
      await page.keyboard.press('Enter');
      await visitor.heading('Overview').waitFor();
      await page.keyboard.press('Control+k');
      await page.locator('input[placeholder^="Jump to"]:focus').waitFor();
      await page.keyboard.type('endpoi');
      await page.keyboard.press('Enter');
      await visitor.heading('Endpoints').waitFor();
      await visitor.settled();
      await visitor.tabTo(new RegExp(`^${machine.name}$`));
      await page.keyboard.press('Enter');
      await visitor.heading(machine.name).waitFor();
      await page.keyboard.press('Control+k');
      await page.locator('input[placeholder^="Jump to"]:focus').waitFor();
      await page.keyboard.type(machine.name);
      await page.getByRole('button', { name: new RegExp(`^${machine.name}.*Online`, 's') }).waitFor();
      await page.keyboard.press('Enter');
      await visitor.heading(machine.name).waitFor();
    }, [notSignedInYet]));

  it.each(looks)('has no barriers and nothing that sticks out: $language, $scheme, $screen', async (look) => {
    const [execution] = (await kanade.json(executionListSchema, 'execution', 'list')).items.filter(({ counts }) => counts['succeeded'] === 26);
    const [event] = (await kanade.json(eventListSchema, 'event', 'list', '--type', 'kanade.run.finished.v1')).items;
    const addresses = {
      overview: '/', endpoints: '/endpoints', endpoint: `/endpoints/${machine.id}`, performance: `/endpoints/${machine.id}?part=performance`,
      packages: `/endpoints/${machine.id}?part=packages`, runs: `/endpoints/${machine.id}?part=runs`, run: '/run', jobs: '/jobs', job: '/jobs/hello',
      executions: '/executions', execution: `/executions/${execution?.id ?? ''}`, events: '/events', event: `/events/${event?.position ?? ''}`, audit: '/audit', status: '/status', missing: '/nowhere',
    };
    await stage.signedIn(async (visitor) => {
      for (const [name, address] of Object.entries(addresses)) {
        await visitor.visit(address);
        await visitor.picture(`${name}-${nameOf(look)}`, { fullPage: look.screen === 'narrow' });
        expect.soft(await visitor.barriers(), name).toEqual([]);
        expect.soft(await visitor.overhang(), name).toBe(0);
      }
    }, look);
    await stage.signedOut(async (visitor) => {
      await visitor.visit('/endpoints');
      await visitor.picture(`sign-in-${nameOf(look)}`);
      expect.soft(await visitor.barriers(), 'sign-in').toEqual([]);
      expect.soft(await visitor.overhang(), 'sign-in').toBe(0);
    }, [notSignedInYet], look);
  });
});
