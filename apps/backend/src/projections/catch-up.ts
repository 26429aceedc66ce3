import type { StreamFeed } from './stream-feed.ts';

/** A stream on its way to where the others are. */
export interface CatchingUp {
  readonly feed: StreamFeed;
  /** Sequence up to which it may be folded. */
  readonly until: number;
  /** True when nothing more of it is to come. */
  readonly isRead: boolean;
}

/** Recorded time up to which the next batch can have everything of one stream. */
function horizon({ feed, until, isRead }: CatchingUp, batchSize: number): number {
  const endOfBatch = feed.peek(batchSize, { until })[batchSize - 1];
  return endOfBatch?.recordedAt ?? (isRead ? Infinity : feed.readUntil(until));
}

/**
 * Recorded time (Unix ms) up to which streams may be folded in the next transaction so that they go side by side: a chunk meets its run, and an
 * end what its run printed, however long one stream says nothing while the other has thousands.
 */
export function foldableUntil(streams: readonly CatchingUp[], batchSize: number): number {
  return Math.min(Infinity, ...streams.map((stream) => horizon(stream, batchSize)));
}
