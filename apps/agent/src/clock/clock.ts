/** A timer that was set; `cancel` is harmless after it fired. */
export interface Timer {
  cancel(): void;
}

/** Time as the agent sees it; everything that waits goes through here, so that a day offline is a second in a test. */
export interface Clock {
  /** Wall time in milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds that never jump, from an arbitrary start. */
  monotonic(): number;
  after(milliseconds: number, task: () => void): Timer;
}

/** Timers beyond this overflow Node's 32 bits and would fire at once. */
const longestTimer = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (milliseconds, task) => {
    const timer = setTimeout(task, Math.min(Math.max(milliseconds, 0), longestTimer));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves after `milliseconds` of the given clock, or at once when `signal` aborts. */
export function pause(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = () => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(milliseconds, done);
    signal?.addEventListener('abort', done);
  });
}

/** A delay spread evenly over ±20 %, so that a fleet that was cut off together does not return in step. */
export function jittered(milliseconds: number): number {
  return milliseconds * (0.8 + Math.random() * 0.4);
}

/** The RFC 3339 form every message uses. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
