import type { StoredMessage } from '@kanade/messaging';
import { unpack } from './packed-batch.ts';
import type { PackedBatch } from './packed-batch.ts';

/** What has been read of one stream and waits to be folded: packed until it is due, for thousands of objects would cost more to keep than to make. */
export class StreamFeed {
  private packed: PackedBatch[] = [];
  /** Unpacked, before everything in `packed`. */
  private queue: StoredMessage[] = [];
  /** Batches that are not folded to their end, oldest first. */
  private readonly batches: { readonly until: number; readonly bytes: number }[] = [];
  private readonly release: (bytes: number) => void;
  private count = 0;
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
    this.packed.push(batch);
    this.count += batch.sequences.length;
    this.lastRead = batch.sequences.at(-1) ?? this.lastRead;
    this.lastReadAt = Date.now();
    this.batches.push({ until: this.lastRead, bytes: batch.bytes });
  }

  get waiting(): number {
    return this.count;
  }

  /** The next messages, still in the queue until `consume`. */
  peek(limit: number, { recordedUntil = Infinity, until = Infinity }: { readonly recordedUntil?: number; readonly until?: number } = {}): readonly StoredMessage[] {
    this.unpackUpTo(limit);
    const next = this.queue.slice(0, limit);
    const cut = next.findIndex(({ recordedAt, sequence }) => recordedAt > recordedUntil || sequence > until);
    return cut === -1 ? next : next.slice(0, cut);
  }

  /** Unix ms at which the last message read up to a sequence was recorded, 0 when none waits. */
  readUntil(until = Infinity): number {
    for (const { sequences, recordedAt } of this.packed.toReversed()) {
      const last = sequences.findLastIndex((sequence) => sequence <= until);
      if (last >= 0) return recordedAt[last] ?? 0;
    }
    return this.queue.findLast(({ sequence }) => sequence <= until)?.recordedAt ?? 0;
  }

  /** True when nothing up to a sequence waits or will come; what is said of a stream's end may be of a message that is gone. */
  isDone(until: number, patienceMs: number): boolean {
    const first = this.queue[0]?.sequence ?? this.packed[0]?.sequences[0];
    if (first !== undefined) return first > until;
    return this.lastRead >= until || Date.now() - this.lastReadAt > patienceMs;
  }

  /** Forgets what was folded: of what `peek` gave, the first `count`. */
  consume(count: number): void {
    const last = this.queue.splice(0, count).at(-1)?.sequence;
    if (last === undefined) return;
    this.count -= count;
    for (let oldest = this.batches[0]; oldest !== undefined && oldest.until <= last; oldest = this.batches[0]) {
      this.batches.shift();
      this.release(oldest.bytes);
    }
  }

  private unpackUpTo(limit: number): void {
    while (this.queue.length < limit) {
      const next = this.packed.shift();
      if (next === undefined) return;
      for (const message of unpack(next)) this.queue.push(message);
    }
  }
}
