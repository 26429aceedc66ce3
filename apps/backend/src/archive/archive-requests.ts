import type { PositionRange } from '@kanade/archive';
import type { PackedBatch } from '../projections/packed-batch.ts';

/** What the thread that reads the archive is asked. */
export type ArchiveRequest =
  | { readonly type: 'last' }
  | { readonly type: 'get'; readonly sequence: number }
  | { readonly type: 'from'; readonly position: number }
  | { readonly type: 'subject'; readonly subject: string; readonly ranges: readonly PositionRange[] }
  | { readonly type: 'newest'; readonly subject: string; readonly ranges: readonly PositionRange[] };

export type ArchiveReadsRequest = { readonly type: 'ask'; readonly id: number; readonly request: ArchiveRequest } | { readonly type: 'stop' };

/** What it answers: events, or a position, or why it cannot. */
export type ArchiveReadsMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'events'; readonly id: number; readonly batch: PackedBatch }
  | { readonly type: 'position'; readonly id: number; readonly position: number }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };
