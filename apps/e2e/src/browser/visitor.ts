import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import type { Installation } from '../installation.ts';
import { until } from '../until.ts';
import { contextOptions, usualLook, type Look } from './looks.ts';

const pictures = join(import.meta.dirname, '../../test-results/screenshots');
type Storage = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Chromium reports every answer from 400 on; being asked who one is before having signed in is no mistake. */
export const notSignedInYet = /401 \(Unauthorized\) \S+\/api\/v1\/session$/;

/** Somebody in front of the console of an installation, in a browser profile of their own. */
export class Visitor {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #kanade: Installation;
  readonly #complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page, kanade: Installation) {
    this.#context = context;
    this.page = page;
    this.#kanade = kanade;
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => this.#complaints.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#complaints.push(`${message.text()} ${message.location().url}`);
    });
  }

  static async arrive(browser: Browser, kanade: Installation, options: { look?: Look; session?: Storage; ignoreHTTPSErrors?: boolean } = {}): Promise<Visitor> {
    const { look = usualLook, session, ignoreHTTPSErrors = false } = options;
    const context = await browser.newContext({ ...contextOptions(look), ignoreHTTPSErrors, baseURL: kanade.runtime.httpUrl, ...(session && { storageState: session }) });
    return new Visitor(context, await context.newPage(), kanade);
  }

  get password(): string {
    return readFileSync(join(this.#kanade.dataDir, 'admin-password'), 'utf8').trim();
  }

  /** Cookies and what the console remembers in this browser; another visitor may come with it. */
  storage(): Promise<Storage> {
    return this.#context.storageState();
  }

  /** What the browser found wrong so far (script errors, refused content, failed requests), apart from what was to be expected. */
  complaints(...expected: readonly RegExp[]): string[] {
    return this.#complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
  }

  leave(): Promise<void> {
    return this.#context.close();
  }

  /** Goes to an address of the console and waits until nothing on it is being loaded. */
  async visit(path: string): Promise<void> {
    await this.page.goto(path);
    await this.settled();
  }

  async settled(): Promise<void> {
    await this.page.locator('h1').first().waitFor();
    await this.page.locator('.mantine-Skeleton-root, [aria-busy="true"]').first().waitFor({ state: 'detached' });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole('heading', { level: 1, name });
  }

  async signIn(password = this.password, username = 'admin'): Promise<void> {
    await this.page.getByLabel('User name').fill(username);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** Changes with every load of the document: the same number twice means that nothing was reloaded in between. */
  loadedAt(): Promise<number> {
    return this.page.evaluate<number>('performance.timeOrigin');
  }

  /** By how many pixels the page is wider than its window. */
  overhang(): Promise<number> {
    return this.page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  }

  /** What keeps people with disabilities from using the page as it is now. */
  async barriers(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).setLegacyMode(true).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary ?? ''}`));
  }

  /** Keeps what is in sight, or the whole page, in test-results/screenshots. */
  async picture(name: string, options: { fullPage?: boolean } = {}): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`), ...options });
  }

  /** Presses Tab until the focus is on something whose text or name matches. */
  async tabTo(wanted: RegExp): Promise<void> {
    const focused = 'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? ""';
    for (let presses = 0; presses < 80; presses += 1) {
      await this.page.keyboard.press('Tab');
      if (wanted.test(await this.page.evaluate<string>(focused))) return;
    }
    throw new Error(`80 times Tab did not lead to ${String(wanted)}`);
  }

  /** The lines of the output in sight. */
  async output(): Promise<string[]> {
    const log = this.page.getByRole('log');
    return log.locator('[data-index]').allInnerTexts();
  }

  /** Waits until the state beside the page's heading is this one. */
  async stateIs(state: string): Promise<void> {
    await this.page.locator('h1 + *', { hasText: state }).waitFor();
  }

  async outputHas(line: string): Promise<void> {
    await until(`the output ${JSON.stringify(line)}`, async () => (await this.output()).includes(line) || undefined);
  }
}
