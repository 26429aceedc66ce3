import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpointListSchema, resultSchema } from './answers.ts';
import { findChromium, startChromium } from '@kanade/test-system';
import { looks, nameOf } from './browser/looks.ts';
import { Stage } from './browser/stage.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const executable = findChromium();
const detailSchema = z.looseObject({ alias: z.string().nullable(), position: z.string() });
const positionSchema = z.looseObject({ position: z.string() });
const diffSchema = z.looseObject({ changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })) });

describe('the past', () => {
  let kanade: Installation;
  let browser: Browser | undefined;
  let machine: { readonly id: string; readonly name: string };
  /** The position of the first alias, and the execution that came after it. */
  let first: string;
  let executionId: string;

  beforeAll(async () => {
    kanade = await Installation.start();
    machine = await until('this machine to be online', async () => (await kanade.json(endpointListSchema, 'endpoint', 'list')).items.find(({ status }) => status === 'online'));
    first = (await kanade.json(positionSchema, 'endpoint', 'alias', machine.id, 'Front desk')).position;
    executionId = (await kanade.json(resultSchema, 'run', '--endpoint', machine.id, '--shell', 'sh', '--', 'echo later')).executionId;
    await kanade.json(positionSchema, 'endpoint', 'alias', machine.id, 'Store room');
    if (executable !== undefined) browser = await startChromium(executable);
  });
  afterAll(async () => {
    await browser?.close();
    await kanade.discard();
  });

  describe('on the command line', () => {
    it('is what every list and detail shows with --at, and says so', async () => {
      expect(await kanade.json(detailSchema, 'endpoint', 'show', machine.id, '--at', first)).toMatchObject({ alias: 'Front desk', position: first });
      expect(await kanade.json(detailSchema, 'endpoint', 'show', machine.id)).toMatchObject({ alias: 'Store room' });
      const then = await kanade.cli('execution', 'list', '--at', first);
      expect(then.stderr).toContain(`As of ${first}, not as it is now:`);
      expect(then.stdout).not.toContain(executionId);
      expect((await kanade.cli('execution', 'list')).stdout).toContain(executionId);
    });

    it('is compared with now, or with another moment', async () => {
      const diff = await kanade.json(diffSchema, 'endpoint', 'diff', machine.id, '--from', first);
      expect(diff.changes).toContainEqual({ field: 'alias', before: 'Front desk', after: 'Store room' });
      expect((await kanade.cli('endpoint', 'diff', machine.id, '--from', first, '--to', first)).stdout).toContain('Nothing changed.');
    });

    it('is refused in clear words where it is none', async () => {
      const bad = await kanade.cli('endpoint', 'list', '--at', 'yesterday');
      expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('--at "yesterday" is no moment.')]);
      const future = await kanade.cli('endpoint', 'list', '--at', '2999-01-01T00:00:00Z');
      expect([future.code, future.stderr]).toEqual([2, expect.stringContaining('lies in the future')]);
    });
  });

  describe('in the console', () => {
    let stage: Stage;
    beforeEach((context) => {
      context.skip(browser === undefined, 'no Chromium on the PATH and none named by KANADE_CHROMIUM');
      if (browser !== undefined) stage = new Stage(browser, kanade);
    });

    it('stays from page to page, says so, and lets nobody change anything', () =>
      stage.signedIn(async (visitor) => {
        const { page } = visitor;
        await visitor.visit(`/endpoints/${machine.id}?at=${encodeURIComponent(first)}`);
        await visitor.heading('Front desk').waitFor();
        await page.getByText(/^This is how it was on /).waitFor();
        expect(await page.getByRole('link', { name: 'Run', exact: true }).count()).toBe(1);
        expect(await page.getByRole('button', { name: 'Manage' }).count()).toBe(0);
        await page.getByRole('navigation', { name: 'Pages' }).or(page.locator('nav')).first().getByRole('link', { name: 'Executions' }).click();
        await visitor.heading('Executions').waitFor();
        await visitor.settled();
        expect(page.url()).toContain('at=');
        expect(await page.getByText(executionId.slice(0, 8)).count()).toBe(0);
        await page.getByRole('button', { name: 'Back to now' }).click();
        await page.getByText(/^This is how it was on /).waitFor({ state: 'detached' });
        await visitor.settled();
        expect(page.url()).not.toContain('at=');
      }));

    it('is moved through by steps, and by the date', () =>
      stage.signedIn(async (visitor) => {
        const { page } = visitor;
        await visitor.visit(`/endpoints/${machine.id}`);
        await visitor.heading('Store room').waitFor();
        await page.getByRole('button', { name: 'Look at the past' }).click();
        await page.getByText(/^This is how it was on /).waitFor();
        await visitor.heading('Store room').waitFor();
        await page.getByTitle('A day back').click();
        await page.getByText(/There is no endpoint/).waitFor();
        await page.getByLabel('Date and time to look at').fill('2020-01-01T00:00:00');
        await page.keyboard.press('Enter');
        await page.getByText(/This is how it was on .*2020/).waitFor();
        // What is asked about an endpoint that was not there yet is answered with 404.
      }, undefined, [/404 \(Not Found\)/]));

    it('tells what changed about an endpoint since then', () =>
      stage.signedIn(async (visitor) => {
        const { page } = visitor;
        await visitor.visit(`/endpoints/${machine.id}?part=changes`);
        await page.getByRole('table', { name: 'Changes' }).getByText('Store room').waitFor();
        await visitor.picture('endpoint-changes');
      }));

    it.each(looks)('is plain to see: %o', (look) =>
      stage.signedIn(async (visitor) => {
        await visitor.visit(`/?at=${encodeURIComponent(first)}`);
        await visitor.page.getByText(/This is how it was on|時点の表示です/).waitFor();
        await visitor.settled();
        expect(await visitor.overhang()).toBeLessThanOrEqual(0);
        expect(await visitor.barriers()).toEqual([]);
        await visitor.picture(`past-${nameOf(look)}`);
      }, look));
  });
});
