import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { startWorker } from './started-worker.ts';

/** A worker that lived this long is started again at once. */
const steadyMs = 30_000;
const maxBackOffMs = 15_000;

export interface SupervisedWorkerOptions<Message> {
  readonly name: string;
  /** The worker's module without its ending: source and build have different ones. */
  readonly module: string;
  /** What it is started with, asked anew each time. */
  readonly data: () => unknown;
  readonly onMessage: (message: Message) => void;
  /** Told of every end nobody asked for, and of how long it is until the next start. */
  readonly onCrash: (reason: string, restartMs: number) => void;
}

/** Keeps one worker thread running: started again with back-off whenever it ends on its own. */
export class SupervisedWorker<Message> {
  private readonly options: SupervisedWorkerOptions<Message>;
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = true;
  private crashes = 0;

  constructor(options: SupervisedWorkerOptions<Message>) {
    this.options = options;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.spawn();
  }

  private spawn(): void {
    const startedAt = Date.now();
    const worker = startWorker(this.options.name, this.options.module, this.options.data());
    this.worker = worker;
    let reason = 'it ended';
    worker.on('message', (message: Message) => this.options.onMessage(message));
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      this.worker = undefined;
      if (this.stopped) return;
      this.crashes = Date.now() - startedAt > steadyMs ? 0 : this.crashes + 1;
      const restartMs = Math.min(maxBackOffMs, 100 * 2 ** this.crashes);
      this.options.onCrash(reason, restartMs);
      this.timer = setTimeout(() => this.spawn(), restartMs);
    });
  }

  /** Asks the worker to end, and ends it when it does not. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    const { worker } = this;
    if (worker === undefined) return;
    const exited = once(worker, 'exit');
    this.tell({ type: 'stop' });
    const forced = setTimeout(() => void worker.terminate(), 3000);
    await exited;
    clearTimeout(forced);
  }

  /** Tells the worker that runs now; nobody when there is none. */
  tell(request: unknown): void {
    this.worker?.postMessage(request);
  }

  /** Ends the worker at once, as a crash would. */
  async crash(): Promise<void> {
    await this.worker?.terminate();
  }
}
