import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { RunReason } from '@kanade/messages';
import { reasons } from './reasons.ts';

/** Each unanswered look keeps one of Node's four file-system threads; with all of them gone the agent could not write a script any more. */
const mostUnanswered = 2;

type Look = (path: string) => Promise<{ isDirectory(): boolean }>;

/** Says why scripts cannot start in a directory, null when they can; on a dead network mount the answer never comes. */
export class Directories {
  readonly #look: Look;
  readonly #unanswered = new Map<string, Promise<RunReason | null>>();

  constructor(look: Look = stat) {
    this.#look = look;
  }

  whyUnusable(cwd: string): Promise<RunReason | null> {
    if (!isAbsolute(cwd)) return Promise.resolve(reasons.cwd(cwd, 'is not an absolute path'));
    const asked = this.#unanswered.get(cwd);
    if (asked) return asked;
    if (this.#unanswered.size >= mostUnanswered) return Promise.resolve(reasons.cwdSilent(cwd));
    const answer = this.#ask(cwd).finally(() => this.#unanswered.delete(cwd));
    this.#unanswered.set(cwd, answer);
    return answer;
  }

  async #ask(cwd: string): Promise<RunReason | null> {
    const found = await this.#look(cwd).catch(() => undefined);
    if (!found) return reasons.cwd(cwd, 'does not exist or cannot be entered');
    return found.isDirectory() ? null : reasons.cwd(cwd, 'is not a directory');
  }
}
