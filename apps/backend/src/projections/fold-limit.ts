import type { FoldedStream } from '@kanade/read-models';

/** Sequence of each stream up to which something is folded. */
export type FoldedSequences = Readonly<Record<FoldedStream, number>>;

/** Where the read model that serves is: how far one that is built beside it may go, and no further. */
export interface FoldLimit {
  /** Counts the limits that were given, so that an answer tells which it is about. */
  readonly number: number;
  readonly folded: FoldedSequences;
  /** Up to which event the one that serves waits for nothing any more. */
  readonly covered: number;
}
