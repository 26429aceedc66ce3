import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import type { Installation } from '../installation.ts';
import type { Look } from './looks.ts';
import { Visitor } from './visitor.ts';

type Visit = (visitor: Visitor) => Promise<void>;

/** Lets visitors in, one after the other, and holds each visit to a browser log without complaints. */
export class Stage {
  readonly #browser: Browser;
  readonly #kanade: Installation;
  #session: Awaited<ReturnType<Visitor['storage']>> | undefined;

  constructor(browser: Browser, kanade: Installation) {
    this.#browser = browser;
    this.#kanade = kanade;
  }

  async signedOut(visit: Visit, expected: readonly RegExp[] = [], look?: Look): Promise<void> {
    await this.#play(await Visitor.arrive(this.#browser, this.#kanade, { ...(look && { look }) }), visit, expected);
  }

  /** Everybody comes with the cookie of one sign-in: too many of them in a minute are refused. */
  async signedIn(visit: Visit, look?: Look, expected: readonly RegExp[] = []): Promise<void> {
    this.#session ??= await this.#signIn();
    await this.#play(await Visitor.arrive(this.#browser, this.#kanade, { session: this.#session, ...(look && { look }) }), visit, expected);
  }

  async #signIn() {
    const visitor = await Visitor.arrive(this.#browser, this.#kanade);
    await visitor.visit('/sign-in');
    await visitor.signIn();
    await visitor.heading('Overview').waitFor();
    const session = await visitor.storage();
    await visitor.leave();
    return session;
  }

  async #play(visitor: Visitor, visit: Visit, expected: readonly RegExp[]): Promise<void> {
    try {
      await visit(visitor);
      expect(visitor.complaints(...expected)).toEqual([]);
    } catch (error) {
      // What was on the screen tells more than the message.
      await visitor.picture(`failed ${expect.getState().currentTestName ?? ''}`.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 90));
      const complaints = visitor.complaints(...expected).join('\n');
      throw complaints === '' ? error : new Error(`the browser complained:\n${complaints}`, { cause: error });
    } finally {
      await visitor.leave();
    }
  }
}
