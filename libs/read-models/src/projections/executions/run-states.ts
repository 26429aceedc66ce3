import type { RunState } from '@kanade/messages';
import type { ExecutionState } from '@kanade/contracts';
import { refuse } from '../../fold/events.ts';
import type { Refusal } from '../../fold/events.ts';

const ranks: Readonly<Record<RunState, number>> = {
  queued: 0, accepted: 1, started: 2, succeeded: 3, failed: 3, 'timed-out': 3, cancelled: 3, refused: 3, skipped: 3, interrupted: 3, expired: 3, lost: 3,
};

export const isEnded = (state: RunState): boolean => ranks[state] === 3;

/** A fact moves a run forward or replaces a presumption; nothing replaces a fact that ended it. */
export function judgeFact(run: { readonly state: RunState; readonly presumed: number }, next: RunState): Refusal | undefined {
  if (run.presumed === 1 || ranks[next] > ranks[run.state]) return undefined;
  return refuse('run-ended', isEnded(run.state) ? `the run had ended as ${run.state}` : `the run was ${run.state} already`);
}

/** Runs of one execution by state; the columns of `executions` with the same names. */
export interface Counts {
  queued: number;
  accepted: number;
  started: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  cancelled: number;
  refused: number;
  skipped: number;
  interrupted: number;
  expired: number;
  lost: number;
}

/** The column that counts a state. */
export const countColumn = (state: RunState): keyof Counts => (state === 'timed-out' ? 'timedOut' : state);

/** `running` until every target's run has ended; then by how they ended. */
export function executionState(counts: Counts, targetCount: number): ExecutionState {
  const good = counts.succeeded;
  const bad = counts.failed + counts.timedOut + counts.refused + counts.skipped + counts.interrupted + counts.expired + counts.lost;
  if (good + bad + counts.cancelled < targetCount) return 'running';
  if (bad > 0) return 'failed';
  return counts.cancelled > 0 ? 'cancelled' : 'succeeded';
}
