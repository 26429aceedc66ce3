import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { findChromium, startChromium } from '@kanade/test-system';

/** Runs in the page: notes for each row of the table, by the name of its endpoint, when it first shows the text that is waited for. Milliseconds of the machine's clock. */
const watchRows = `
  window.seenRows = new Map();
  const look = () => {
    const now = performance.timeOrigin + performance.now();
    for (const row of document.querySelectorAll('tbody tr')) {
      const name = row.querySelector('td')?.textContent ?? '';
      if (!window.seenRows.has(name) && row.textContent.includes('Succeeded')) window.seenRows.set(name, now);
    }
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
`;

/** The console in a real browser, signed in. */
export interface Screen {
  /** Opens an execution and waits until its runs are on the page, none of them ended. */
  open(executionId: string, runs: number): Promise<void>;
  /** Waits until the row of an endpoint says that its run has succeeded; answers when it began to, Unix ms. */
  seenAt(endpointName: string): Promise<number>;
  close(): Promise<void>;
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('User name').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

/** Starts Chromium and signs in as the administrator. */
export async function openScreen({ url, password }: { readonly url: string; readonly password: string }): Promise<Screen> {
  const executable = findChromium();
  if (executable === undefined) throw new Error('there is no Chromium; name one in KANADE_CHROMIUM, or put one on the PATH');
  const browser = await startChromium(executable);
  const context = await browser.newContext({ baseURL: url, locale: 'en-GB', viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await signIn(page, password);
  return {
    open: async (executionId, runs) => {
      await page.goto(`/executions/${executionId}`);
      await page.locator('tbody tr', { hasText: 'Running' }).nth(runs - 1).waitFor();
      await page.evaluate(watchRows);
    },
    seenAt: async (endpointName) => {
      // The page's own rules let nobody wait in it for a function.
      for (;;) {
        const seen = await page.evaluate<number | null>(`window.seenRows.get(${JSON.stringify(endpointName)}) ?? null`);
        if (seen !== null) return seen;
        await sleep(20);
      }
    },
    close: () => browser.close(),
  };
}
