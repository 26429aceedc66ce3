import type { StoredMessage } from '@kanade/messaging';
import { unpack } from './packed-batch.ts';
import type { PackedBatch } from './packed-batch.ts';

/** What has been read of one stream and waits to be folded. */
export class StreamFeed {
  private queue: StoredMessage[] = [];
  /** Batches that are not folded to their end, oldest first. */
  private readonly batches: { readonly until: number; readonly bytes: number }[] = [];
  private readonly release: (bytes: number) => void;
  /** Sequence of the last message read. */
  lastRead: number;
  /** Unix ms at which something last came. */
  lastReadAt = Date.now();

  /** `release` is told of the bytes of each batch that is folded. */
  constructor(folded: number, release: (bytes: number) => void) {
    this.lastRead = folded;
    this.release = release;
  }

  receive(batch: PackedBatch): void {
    for (const message of unpack(batch)) this.queue.push(message);
    this.lastRead = batch.sequences.at(-1) ?? this.lastRead;
    this.lastReadAt = Date.now();
    this.batches.push({ until: this.lastRead, bytes: batch.bytes });
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
    const last = this.queue.splice(0, count).at(-1)?.sequence;
    if (last === undefined) return;
    for (let oldest = this.batches[0]; oldest !== undefined && oldest.until <= last; oldest = this.batches[0]) {
      this.batches.shift();
      this.release(oldest.bytes);
    }
  }
}
