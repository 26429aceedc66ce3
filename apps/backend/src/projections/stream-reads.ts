import type { Worker } from 'node:worker_threads';
import type { PositionRange } from '@kanade/archive';
import { LogDamagedError } from '@kanade/messaging';
import type { FoldedStream } from '@kanade/read-models';
import type { WorkerSettings } from './fold-messages.ts';
import type { ReadsMessage, ReadsRequest } from './reads-messages.ts';
import { startWorker } from './started-worker.ts';
import { StreamFeed } from './stream-feed.ts';

/** How long the thread may take to take leave of the broker. */
const patienceMs = 1000;

/** It keeps what is on its way and nothing else: a second connection's buffers and a few megabytes a stream. */
const oldMegabytes = 96;

/** Whom the streams are read for. */
export interface StreamReadsOwner {
  /** Called whenever something has come. */
  readonly wake: () => void;
  /** Called before anything that was read after the broker came back. */
  readonly onReconnect: () => void;
  /** Called when the archive gave what the stream of events did not have. */
  readonly onRepaired: (range: PositionRange) => void;
}

/**
 * The streams of a fold, read in a thread of their own: taking messages off the wire costs about as much as folding them. What has come waits
 * here; how much may, is told back in bytes.
 */
export class StreamReads {
  /** Rejects when a stream is damaged or the thread ends by itself; resolves after `stop`. */
  readonly ended: Promise<void>;
  private readonly worker: Worker;
  private owner: StreamReadsOwner | undefined;
  private waiting: Readonly<Record<FoldedStream, StreamFeed>> | undefined;
  private stopped = false;

  /** Starts the thread, which connects meanwhile. */
  constructor(settings: WorkerSettings) {
    this.worker = startWorker('fold-reads', './reads.worker', settings, oldMegabytes);
    this.ended = this.follow();
    // Whoever awaits it is told; until then its end is nobody's fault.
    this.ended.catch(() => undefined);
  }

  /** Reads on behind what is folded; call it once. */
  begin(folded: Readonly<Record<FoldedStream, number>>, owner: StreamReadsOwner): Readonly<Record<FoldedStream, StreamFeed>> {
    const feed = (stream: FoldedStream) => new StreamFeed(folded[stream], (bytes) => this.tell({ type: 'folded', stream, bytes }));
    this.owner = owner;
    this.waiting = { events: feed('events'), output: feed('output'), private: feed('private'), metrics: feed('metrics') };
    this.tell({ type: 'read', folded });
    return this.waiting;
  }

  /** Ends the thread; nothing comes any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    const forced = setTimeout(() => void this.worker.terminate(), patienceMs);
    this.tell({ type: 'stop' });
    await this.ended.catch(() => undefined);
    clearTimeout(forced);
  }

  private tell(request: ReadsRequest): void {
    this.worker.postMessage(request);
  }

  private async follow(): Promise<void> {
    let failure: Error | undefined;
    this.worker.on('error', (error) => {
      failure ??= error instanceof Error ? error : new Error(String(error));
    });
    this.worker.on('message', (message: ReadsMessage) => {
      switch (message.type) {
        case 'batch':
          this.waiting?.[message.batch.stream].receive(message.batch);
          this.owner?.wake();
          return;
        case 'reconnected':
          this.owner?.onReconnect();
          return;
        case 'repaired':
          this.owner?.onRepaired({ first: message.first, last: message.last });
          return;
        case 'damaged':
          failure ??= new LogDamagedError(message.damage, message.message, message.details);
          return;
        default:
          message satisfies never;
      }
    });
    const exited = new Promise<void>((resolve) => {
      this.worker.once('exit', () => resolve());
    });
    await exited;
    if (failure !== undefined) throw failure;
    if (!this.stopped) throw new Error('the thread that reads the streams has ended');
  }
}
