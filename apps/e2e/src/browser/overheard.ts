import type { Page, Response } from 'playwright-core';

/** Answers that have no body. */
const bodiless = [204, 304];

/** Everything a page is sent from now on: the bodies of all answers, and what comes live. */
export class Overheard {
  readonly #page: Page;
  readonly #bodies: Promise<string>[] = [];
  readonly #frames: string[] = [];

  constructor(page: Page) {
    this.#page = page;
    page.on('response', (response) => this.#bodies.push(said(response)));
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => this.#frames.push(payload.toString())));
  }

  /** All of it so far; asked for before the page goes elsewhere, because the browser forgets a document's answers with it. */
  async everything(): Promise<string> {
    await this.#page.waitForLoadState('networkidle');
    return [...(await Promise.all(this.#bodies)), ...this.#frames].join('\n');
  }
}

async function said(response: Response): Promise<string> {
  // What was broken off never reached the page.
  const broken = (await response.finished()) !== null;
  return broken || bodiless.includes(response.status()) ? '' : response.text();
}
