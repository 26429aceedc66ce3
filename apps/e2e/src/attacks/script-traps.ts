import type { Page } from 'playwright-core';
import type { Visitor } from '../browser/visitor.ts';

const bell = '\u0007';
const escape = '\u001b';

/** Text that a page which takes it for markup would run in more than one way, in 100 characters; `mark` tells which one. */
export const trap = (mark: string): string => `"'><img src=x onerror=pwned('${mark}')><svg onload=pwned('${mark}')>`;
/** The same where there is little room. */
export const shortTrap = (mark: string): string => `<img src=x onerror=pwned('${mark}')>`;
/** The same in 20 characters. */
export const attributeTrap = '<b onclick=pwned()>';
/** What a link must not lead to. */
export const linkTrap = (mark: string): string => `javascript:pwned('${mark}')`;
/** A link as terminals know it, to a script, around `text`. */
export const terminalLink = (text: string): string => `${escape}]8;;${linkTrap('terminal link')}${bell}${text}${escape}]8;;${bell}`;

/** All that markup of an attacker could have left in a page, or that a page of kanade never has. */
const leftovers = [
  'img[src="x"]', '[onerror]', '[onload]', '[onclick]', '[onmouseover]', '[srcdoc]', '[formaction]', 'script:not([src])', 'iframe', 'object', 'embed', 'base', 'meta[http-equiv="refresh"]',
  '[href^="javascript" i]', '[src^="javascript" i]', '[href^="data:text" i]',
].join(', ');

/** Watches a page for scripts of an attacker: those that ran, and what is left of those that did not. */
export class TrapWatch {
  readonly #page: Page;
  readonly #ran: string[] = [];

  private constructor(page: Page) {
    this.#page = page;
  }

  static async on({ page }: Visitor): Promise<TrapWatch> {
    const watch = new TrapWatch(page);
    await page.exposeFunction('pwned', (mark: string) => void watch.#ran.push(mark));
    page.on('dialog', (dialog) => {
      watch.#ran.push(dialog.message());
      void dialog.dismiss();
    });
    return watch;
  }

  /** What ran, and the markup that is in the page now. */
  async found(): Promise<string[]> {
    const markup = await this.#page.evaluate<string[]>(`[...document.querySelectorAll(${JSON.stringify(leftovers)})].map((element) => element.outerHTML.slice(0, 200))`);
    return [...this.#ran, ...markup];
  }
}
