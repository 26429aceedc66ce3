import { setTimeout as sleep } from 'node:timers/promises';

/** The pauses of a loop: they end early for whoever says that there is something to do, also while the pass before was still going on. */
export class Waker {
  private woken = false;
  private wakeUp: (() => void) | undefined;

  /** Says that there is something to do. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** A pass begins, and will see all that was said so far. */
  begin(): void {
    this.woken = false;
  }

  /** Resolves after so many milliseconds, once woken since the pass began, or when the signal aborts. */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    if (this.woken || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wakeUp = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      this.wakeUp = done;
    });
  }

  /** Resolves after so many milliseconds whoever wakes, or when the signal aborts: after a failure that would only come again. */
  async restAnyway(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}
