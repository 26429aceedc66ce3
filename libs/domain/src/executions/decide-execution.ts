import type { EventOf } from '@kanade/contracts';
import { blocks } from '../blocks.ts';
import { accept, refuse } from '../decision.ts';
import type { Decision, EventDraft } from '../decision.ts';
import { decideApproval, isReleased } from './approval.ts';
import type { DecideApproval } from './approval.ts';
import type { ExecutionState } from './execution.ts';
import { presumeRuns } from './presume.ts';
import type { PresumeRuns } from './presume.ts';

type RequestedData = EventOf<'kanade.execution.requested.v1'>['data'];

/** Run something on frozen targets; run ids come with them. */
export interface RequestExecution extends Omit<RequestedData, 'targetCount'> {
  readonly type: 'request';
  readonly targets: readonly { readonly endpointId: string; readonly runId: string }[];
}

/** Commands of runs were queued, in this incarnation of the history. */
export interface DispatchRuns {
  readonly type: 'dispatch';
  readonly incarnation: string;
  readonly commands: readonly { readonly runId: string; readonly sequence: number }[];
}

/** End the execution (`runIds` null) or some runs; `openRuns` is how many of those have not ended, as far as folded. */
export interface CancelExecution {
  readonly type: 'cancel';
  readonly executionId: string;
  readonly runIds: readonly string[] | null;
  readonly openRuns: number;
}

/** Erase what runs printed, of all (`runIds` null) or some. */
export interface EraseOutput {
  readonly type: 'erase-output';
  readonly executionId: string;
  readonly runIds: readonly string[] | null;
  readonly reason: string;
}

export type ExecutionCommand = RequestExecution | DispatchRuns | CancelExecution | PresumeRuns | EraseOutput | DecideApproval;

function decideRequest(command: RequestExecution, state: ExecutionState): Decision {
  const { type: _type, targets, ...data } = command;
  const correlationid = command.executionId;
  if (state.requested !== null) return refuse('conflict', `execution ${command.executionId} exists already`);
  if (targets.length === 0) return refuse('no-targets', 'there is no endpoint to run on; enrol one first, or name others');
  const targeted = blocks(targets).map<EventDraft>((block, index) => ({
    type: 'kanade.execution.targeted.v1',
    correlationid,
    data: { executionId: command.executionId, block: index, targets: block },
  }));
  return accept({ type: 'kanade.execution.requested.v1', correlationid, data: { ...data, targetCount: targets.length } }, ...targeted);
}

function decideDispatch({ incarnation, commands }: DispatchRuns, state: ExecutionState): Decision {
  if (state.requested === null) return refuse('not-found', 'there is no such execution');
  const { executionId } = state.requested.data;
  if (!isReleased(state)) return refuse('conflict', `execution ${executionId} waits for an approval, or was refused one`);
  const known = state.dispatched.get(incarnation);
  const fresh = commands.filter(({ runId }) => state.targets.has(runId) && known?.has(runId) !== true);
  return accept(
    ...blocks(fresh).map<EventDraft>((block) => ({
      type: 'kanade.execution.dispatched.v1',
      correlationid: executionId,
      data: { executionId, incarnation, commands: block },
    })),
  );
}

function decideCancel({ executionId, runIds, openRuns }: CancelExecution, state: ExecutionState): Decision {
  if (state.requested === null) return refuse('not-found', `there is no execution ${executionId}`);
  const unknown = runIds?.find((runId) => !state.targets.has(runId));
  if (unknown !== undefined) return refuse('not-found', `execution ${executionId} has no run ${unknown}`, { runId: unknown });
  const { cancelRequested } = state;
  if (cancelRequested === 'all') return accept();
  if (runIds?.every((runId) => cancelRequested.has(runId)) === true) return accept();
  if (openRuns === 0) return refuse('execution-ended', 'everything of it that you want to end has ended already');
  const named = runIds === null ? [null] : blocks(runIds.filter((runId) => !cancelRequested.has(runId)));
  return accept(
    ...named.map<EventDraft>((block) => ({ type: 'kanade.execution.cancel-requested.v1', correlationid: executionId, data: { executionId, runIds: block } })),
  );
}

/** Nobody asks whether a run has ended: what it prints after this is erased too. */
function decideErase({ executionId, runIds, reason }: EraseOutput, state: ExecutionState): Decision {
  if (state.requested === null) return refuse('not-found', `there is no execution ${executionId}`);
  const unknown = runIds?.find((runId) => !state.targets.has(runId));
  if (unknown !== undefined) return refuse('not-found', `execution ${executionId} has no run ${unknown}`, { runId: unknown });
  const { erased } = state;
  if (erased === 'all') return accept();
  const fresh = runIds === null ? null : runIds.filter((runId) => !erased.has(runId));
  if (fresh?.length === 0) return accept();
  return accept({ type: 'kanade.execution.output-erased.v1', correlationid: executionId, data: { executionId, runIds: fresh, reason } });
}

/** Decides on a command about one execution; a repetition makes no event. */
export function decideExecution(command: ExecutionCommand, state: ExecutionState): Decision {
  switch (command.type) {
    case 'request':
      return decideRequest(command, state);
    case 'dispatch':
      return decideDispatch(command, state);
    case 'cancel':
      return decideCancel(command, state);
    case 'presume':
      return accept(...presumeRuns(command, state));
    case 'approve':
    case 'deny':
    case 'expire-approval':
      return decideApproval(command, state);
    case 'erase-output':
      return decideErase(command, state);
    default:
      return command satisfies never;
  }
}
