import type { PositionRange } from '@kanade/archive';
import type { Comparison } from './archive-watch.ts';

/** How archiving goes. */
export interface ArchiverState {
  readonly incarnation: string;
  /** The last position the archive has. */
  readonly position: number;
  /** The last position the broker has. */
  readonly end: number;
  readonly bytes: number;
  /** What was gone from the broker before it was archived. */
  readonly lacks: readonly PositionRange[];
  /** Why nothing can be archived, and what helps. */
  readonly failure: string | null;
}

/** What the thread that archives tells the main thread. */
export interface ArchiverMessage {
  readonly type: 'state';
  readonly state: ArchiverState;
  readonly comparison: Comparison;
}
