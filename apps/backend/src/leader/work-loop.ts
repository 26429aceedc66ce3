import type { Log } from '../log.ts';

export interface WorkLoopOptions {
  readonly name: string;
  /** Looks for work this often even if nobody says that there is some. */
  readonly periodMs: number;
  /** One pass over all there is to do; what fails is tried again in the next. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** Does one kind of work again and again, one pass at a time: at once when woken, and every so often anyway. */
export class WorkLoop {
  private woken = false;
  private wakeUp: (() => void) | undefined;

  constructor(private readonly options: WorkLoopOptions) {}

  /** Says that there is something to do. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { name, work, log } = this.options;
    this.woken = true;
    while (!signal.aborted) {
      this.woken = false;
      try {
        await work(signal);
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error, work: name }, `${name} failed and is tried again`);
        // Not at once: what fails for the broker's sake would fail as fast as it can be tried.
        this.woken = false;
      }
      await this.rest(signal);
    }
  }

  private async rest(signal: AbortSignal): Promise<void> {
    if (this.woken || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wakeUp = undefined;
        resolve();
      };
      const timer = setTimeout(done, this.options.periodMs);
      signal.addEventListener('abort', done, { once: true });
      this.wakeUp = done;
    });
  }
}
