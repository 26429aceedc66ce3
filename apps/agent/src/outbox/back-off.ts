import { jittered, pause } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';

const firstMs = 500;
const longestMs = 30_000;

/** Waits longer after each failure in a row; `reset` ends a wait at once and starts small again. */
export class BackOff {
  readonly #clock: Clock;
  #failures = 0;
  #interrupt = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get failures(): number {
    return this.#failures;
  }

  reset(): void {
    this.#failures = 0;
    this.#interrupt.abort();
    this.#interrupt = new AbortController();
  }

  succeeded(): void {
    this.#failures = 0;
  }

  async wait(): Promise<void> {
    const delay = jittered(Math.min(firstMs * 2 ** Math.min(this.#failures, 10), longestMs));
    this.#failures++;
    await pause(this.#clock, delay, this.#interrupt.signal);
  }
}
