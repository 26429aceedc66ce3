import type { Log } from '../log.ts';
import { Waker } from '../waker.ts';

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
  private readonly waker = new Waker();
  private lastFailure: string | undefined;

  constructor(private readonly options: WorkLoopOptions) {}

  /** Says that there is something to do. */
  wake(): void {
    this.waker.wake();
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.waker.begin();
      const failure = await this.attempt(signal);
      // Not at once: what fails for the broker's sake would fail as fast as it can be tried.
      if (failure === undefined) await this.waker.rest(this.options.periodMs, signal);
      else await this.waker.restAnyway(Math.min(this.options.periodMs, retryMs), signal);
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
}
