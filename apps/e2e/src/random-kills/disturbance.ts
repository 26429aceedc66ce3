import { setTimeout as pause } from 'node:timers/promises';
import type { Installation } from '../installation.ts';
import { isAlive } from '../program.ts';
import { until } from '../until.ts';
import { parts } from './plan.ts';
import type { Part } from './plan.ts';

/** Kills parts of an installation and lets them come back; several may be down at once. */
export class Disturbance {
  readonly kills: Record<Part, number> = { backend: 0, broker: 0, agent: 0 };
  readonly #kanade: Installation;
  readonly #down = new Map<Part, Promise<void>>();

  constructor(kanade: Installation) {
    this.#kanade = kanade;
  }

  /** `kill -9` now, unless it is down anyway; it comes back by itself after `downMs`. */
  kill(part: Part, downMs: number): void {
    if (this.#down.has(part)) return;
    const release = this.#kanade.hold(part);
    const killed = this.#kanade.kill(part);
    this.kills[part] += 1;
    this.#down.set(part, this.#return(part, killed, downMs, release));
  }

  async #return(part: Part, killed: number, downMs: number, release: () => void): Promise<void> {
    await pause(downMs);
    // The supervisor has to see it held, or it would wait longer and longer before each restart.
    await until(`${part} to be gone`, () => !isAlive(killed) || undefined);
    release();
    await until(`another ${part}`, () => (this.#pidOf(part) !== killed && isAlive(this.#pidOf(part))) || undefined);
    this.#down.delete(part);
  }

  #pidOf(part: Part): number {
    const { pids } = this.#kanade.runtime;
    return part === 'agent' ? (pids.agents[0] ?? 0) : pids[part];
  }

  /** Waits until everything that was killed has been started again. */
  async over(): Promise<void> {
    for (const part of parts) await this.#down.get(part);
  }
}
