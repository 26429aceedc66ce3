import { jittered } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';

/** A reverted machine opens one epoch. More than this many in a day: two machines open them against each other. */
const mostInWindow = 5;
const windowMs = 24 * 3_600_000;
const firstHoldMs = 5 * 60_000;
const longestHoldMs = 6 * 3_600_000;
/** A day without trouble, and the next hold is a short one again. */
const forgivenAfterMs = 24 * 3_600_000;

/** Keeps clones of one endpoint from opening epochs against each other without an end: ever longer pauses, one try after each. */
export class EpochLimit {
  readonly #clock: Clock;
  #opened: number[] = [];
  #holds = 0;
  #lastHold = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mayOpen(): boolean {
    const now = this.#clock.monotonic();
    this.#opened = this.#opened.filter((at) => now - at < windowMs);
    return this.#opened.length < mostInWindow;
  }

  opened(): void {
    this.#opened.push(this.#clock.monotonic());
  }

  /** How long to hold now; longer each time. */
  hold(): number {
    const now = this.#clock.monotonic();
    if (now - this.#lastHold > forgivenAfterMs) this.#holds = 0;
    const length = jittered(Math.min(firstHoldMs * 2 ** this.#holds, longestHoldMs));
    this.#holds = Math.min(this.#holds + 1, 10);
    this.#lastHold = now + length;
    // One epoch may be opened when the hold is over; if that is not the end of it, the next hold follows at once.
    this.#opened = Array.from({ length: mostInWindow - 1 }, () => now + length);
    return length;
  }
}
