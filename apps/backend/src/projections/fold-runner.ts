import type { ReadModelFile } from '@kanade/read-models';
import type { FoldLimit, FoldedSequences } from './fold-limit.ts';
import type { FoldMessage, FoldRequest, FoldWorkerSettings, WorkerSettings } from './fold-messages.ts';
import { SupervisedWorker } from './supervised-worker.ts';

/** Up to where a read model is folded. */
export interface Place {
  readonly incarnation: string;
  readonly sequence: number;
  readonly covered: number;
  readonly folded: FoldedSequences;
}

export interface FoldRunnerOptions {
  readonly settings: WorkerSettings;
  readonly file: ReadModelFile;
  readonly serves: boolean;
}

/** Whoever a runner works for. */
export interface FoldRunnerOwner {
  /** Told of every message, once the runner's own place is moved. */
  onMessage(runner: FoldRunner, message: FoldMessage): void;
  onCrash(runner: FoldRunner, reason: string, restartMs: number): void;
}

/** One fold into one file, kept running. */
export class FoldRunner {
  readonly file: ReadModelFile;
  /** Undefined before the file is open. */
  place: Place | undefined;
  private readonly worker: SupervisedWorker<FoldMessage>;
  private owner: FoldRunnerOwner;
  private serves: boolean;
  private closing: (() => void) | undefined;

  constructor({ settings, file, serves }: FoldRunnerOptions, owner: FoldRunnerOwner) {
    this.file = file;
    this.owner = owner;
    this.serves = serves;
    const data = (): FoldWorkerSettings => ({ worker: settings, file: file.path, serves: this.serves });
    this.worker = new SupervisedWorker({
      name: serves ? 'fold' : 'rebuild',
      module: './fold.worker',
      data,
      onMessage: (message) => this.receive(message),
      onCrash: (reason, restartMs) => this.owner.onCrash(this, reason, restartMs),
    });
  }

  /** Works for somebody else from now on. */
  adopt(owner: FoldRunnerOwner): void {
    this.owner = owner;
  }

  start(): void {
    this.worker.start();
  }

  stop(): Promise<void> {
    return this.worker.stop();
  }

  /** Stops folding; resolves as soon as no commit comes any more, which is before the thread has ended. */
  async finish(): Promise<void> {
    const closing = new Promise<void>((resolve) => {
      this.closing = resolve;
    });
    await Promise.race([closing, this.worker.stop()]);
  }

  crash(): Promise<void> {
    return this.worker.crash();
  }

  limitTo(limit: FoldLimit): void {
    this.tell({ type: 'limit', limit });
  }

  /** Serves from now on, after a crash too. */
  serve(): void {
    this.serves = true;
    this.tell({ type: 'serve' });
  }

  private tell(request: FoldRequest): void {
    this.worker.tell(request);
  }

  private receive(message: FoldMessage): void {
    if (message.type === 'opened') {
      const { incarnation, sequence, covered, folded } = message;
      this.place = { incarnation, sequence, covered, folded };
    } else if (message.type === 'committed') {
      const { incarnation, sequence, covered } = message.notice;
      this.place = { incarnation, sequence, covered, folded: message.folded };
    } else if (message.type === 'closing') {
      this.closing?.();
      this.closing = undefined;
    }
    this.owner.onMessage(this, message);
  }
}
