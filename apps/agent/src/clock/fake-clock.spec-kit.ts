import type { Clock } from './clock.ts';

interface Waiting {
  readonly due: number;
  readonly order: number;
  readonly task: () => void;
}

/** A clock tests turn by hand: `advance` fires what falls due, in order, letting promises settle in between. */
export class FakeClock implements Clock {
  #elapsed = 0;
  #wall: number;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(start = Date.parse('2026-03-01T12:00:00.000Z')) {
    this.#wall = start;
  }

  now(): number {
    return this.#wall + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(milliseconds: number, task: () => void) {
    const waiting = { due: this.#elapsed + Math.max(0, milliseconds), order: this.#order++, task };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** What an administrator or a dead battery does to the wall clock. */
  jump(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  /** The process died, and its timers with it. */
  forgetAll(): void {
    this.#waiting.clear();
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    for (;;) {
      await settle();
      const next = [...this.#waiting].sort((a, b) => a.due - b.due || a.order - b.order)[0];
      if (!next || next.due > end) break;
      this.#waiting.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.due);
      next.task();
    }
    this.#elapsed = end;
    await settle();
  }
}

/** Lets everything that is already resolved run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
