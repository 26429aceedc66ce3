import { streams } from '@kanade/contracts';
import { streamReader } from '@kanade/messaging';
import type { CoreConnection, StoredMessage } from '@kanade/messaging';
import type { FoldedStream } from '@kanade/read-models';

/** How many bytes of one stream are read ahead; output chunks are large, and the memory is not. */
const maxAheadBytes = 16 * 1024 * 1024;
const batchSizes: Readonly<Record<FoldedStream, number>> = { events: 1000, output: 250, private: 100, metrics: 1000 };

/** Reads one stream ahead of the fold, as far as its share of memory goes. */
export class StreamFeed {
  readonly stream: FoldedStream;
  private queue: StoredMessage[] = [];
  private bytes = 0;
  private drained: (() => void) | undefined;
  private readonly wake: () => void;
  /** Sequence of the last message read. */
  lastRead: number;
  /** Unix ms at which something last came. */
  lastReadAt = Date.now();

  constructor(stream: FoldedStream, folded: number, wake: () => void) {
    this.stream = stream;
    this.lastRead = folded;
    this.wake = wake;
  }

  /** Reads until the signal aborts; rejects when the stream is damaged. */
  async run(core: CoreConnection, signal: AbortSignal): Promise<void> {
    const reader = streamReader(core, { stream: streams[this.stream], fromSequence: this.lastRead + 1, signal, batchSize: batchSizes[this.stream] });
    for await (const batch of reader) {
      for (const message of batch) {
        this.queue.push(message);
        this.bytes += message.body.byteLength;
      }
      this.lastRead = batch.at(-1)?.sequence ?? this.lastRead;
      this.lastReadAt = Date.now();
      this.wake();
      while (this.bytes > maxAheadBytes && !signal.aborted) await this.room();
    }
  }

  private room(): Promise<void> {
    return new Promise((resolve) => {
      this.drained = resolve;
    });
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** Unix ms at which the last message read was recorded, 0 when none waits. */
  get readUntil(): number {
    return this.queue.at(-1)?.recordedAt ?? 0;
  }

  /** The next messages, still in the queue until `consume`. */
  peek(limit: number, recordedUntil = Infinity): readonly StoredMessage[] {
    const next = this.queue.slice(0, limit);
    const cut = next.findIndex((message) => message.recordedAt > recordedUntil);
    return cut === -1 ? next : next.slice(0, cut);
  }

  /** Forgets what was folded. */
  consume(count: number): void {
    const gone = this.queue.splice(0, count);
    for (const message of gone) this.bytes -= message.body.byteLength;
    if (this.bytes <= maxAheadBytes) this.stop();
  }

  /** Lets a waiting reader go on. */
  stop(): void {
    this.drained?.();
    this.drained = undefined;
  }
}
