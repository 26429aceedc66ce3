import type { Log } from '../log.ts';

export interface WorkLoopOptions {
  readonly name: string;
  /** Looks for work this often even if nobody says that there is some. */
  readonly periodMs: number;
  /** One pass over all there is to do; what fails is tried again in the next. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

const retryMs = 500;

/** Does one kind of work again and again, one pass at a time: at once when woken, and every so often anyway. */
export class WorkLoop {
  private woken = false;
  private wakeUp: (() => void) | undefined;
  private lastFailure: string | undefined;

  constructor(private readonly options: WorkLoopOptions) {}

  /** Says that there is something to do. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.woken = true;
    while (!signal.aborted) {
      this.woken = false;
      const failure = await this.attempt(signal);
      // Not at once: what fails for the broker's sake would fail as fast as it can be tried.
      if (failure === undefined) await this.rest(signal, this.options.periodMs);
      else await this.rest(signal, Math.min(this.options.periodMs, retryMs), true);
    }
  }

  /** One pass; answers why it failed, which is logged once as long as it stays the same. */
  private async attempt(signal: AbortSignal): Promise<string | undefined> {
    const { name, work, log } = this.options;
    try {
      await work(signal);
      this.lastFailure = undefined;
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      if (!signal.aborted && failure !== this.lastFailure) log.warn({ err: error, work: name }, `${name} failed and is tried again`);
      this.lastFailure = failure;
    }
    return this.lastFailure;
  }

  private async rest(signal: AbortSignal, ms: number, evenIfWoken = false): Promise<void> {
    if ((this.woken && !evenIfWoken) || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wakeUp = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      if (!evenIfWoken) this.wakeUp = done;
    });
  }
}
