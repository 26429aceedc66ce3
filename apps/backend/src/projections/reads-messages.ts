import type { LogDamagedError } from '@kanade/messaging';
import type { FoldedStream } from '@kanade/read-models';
import type { PackedBatch } from './packed-batch.ts';

/** What the thread that reads tells the one that folds, in the order in which it happened. */
export type ReadsMessage =
  | { readonly type: 'batch'; readonly batch: PackedBatch }
  /** What follows was read after the broker came back: it may be another one. */
  | { readonly type: 'reconnected' }
  /** The stream did not have these events, and the archive did. */
  | { readonly type: 'repaired'; readonly first: number; readonly last: number }
  | { readonly type: 'damaged'; readonly damage: LogDamagedError['damage']; readonly message: string; readonly details: Readonly<Record<string, unknown>> };

/** What it is told: from behind which sequences to read, that as many bytes of a stream are folded and make room, or that it should end. */
export type ReadsRequest =
  | { readonly type: 'read'; readonly folded: Readonly<Record<FoldedStream, number>> }
  | { readonly type: 'folded'; readonly stream: FoldedStream; readonly bytes: number }
  | { readonly type: 'stop' };
