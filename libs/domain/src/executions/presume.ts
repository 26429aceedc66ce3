import type { presumedRunStates } from '@kanade/contracts';
import { blocks } from '../blocks.ts';
import type { EventDraft } from '../decision.ts';
import type { ExecutionState } from './execution.ts';

/** The backend has waited long enough for these runs. */
export interface PresumeRuns {
  readonly type: 'presume';
  readonly executionId: string;
  readonly state: (typeof presumedRunStates)[number];
  readonly runIds: readonly string[];
}

/** An execution without a request is one whose request was lost with a restored backup; its runs still have to end. */
export function presumeRuns({ executionId, state: presumed, runIds }: Omit<PresumeRuns, 'type'>, state: ExecutionState): EventDraft[] {
  const isTarget = (runId: string) => state.requested === null || state.targets.has(runId);
  const fresh = runIds.filter((runId) => isTarget(runId) && !state.presumed.has(runId));
  return blocks(fresh).map<EventDraft>((block) => ({
    type: 'kanade.execution.runs-presumed.v1',
    correlationid: executionId,
    data: { executionId, state: presumed, runIds: block },
  }));
}
