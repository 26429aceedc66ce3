import type { ApprovalState, ControlEvent, EventOf } from '@kanade/contracts';

/** An execution that needs the approval of somebody else than the account that asked; `until` is Unix ms. */
export interface Approval {
  readonly state: ApprovalState;
  readonly accountId: string;
  readonly until: number;
}

type Requested = EventOf<'kanade.execution.requested.v1'>;

/** An execution as the control plane's events tell it; what its runs came to is told by the endpoints. */
export interface ExecutionState {
  readonly requested: Requested | null;
  /** Endpoint of each run, in the order of the targets. */
  readonly targets: ReadonlyMap<string, string>;
  /** `all` once an end of the whole execution was asked for, else the runs an end was asked for. */
  readonly cancelRequested: 'all' | ReadonlySet<string>;
  /** Runs whose command was queued, by incarnation of the history. */
  readonly dispatched: ReadonlyMap<string, ReadonlySet<string>>;
  readonly presumed: ReadonlySet<string>;
  /** `all` once everything was to be erased, else the runs whose output was. */
  readonly erased: 'all' | ReadonlySet<string>;
  /** Null where it needs none. */
  readonly approval: Approval | null;
}

export const initialExecution: ExecutionState = {
  requested: null,
  targets: new Map(),
  cancelRequested: new Set(),
  dispatched: new Map(),
  presumed: new Set(),
  erased: new Set(),
  approval: null,
};

function approvalOf({ data: { confirmation } }: Requested): Approval | null {
  return confirmation?.kind === 'approval' ? { state: 'waiting', accountId: confirmation.accountId, until: Date.parse(confirmation.until) } : null;
}

function withApproval(state: ExecutionState, decided: ApprovalState): ExecutionState {
  return { ...state, approval: state.approval && { ...state.approval, state: decided } };
}

function withCancel(given: ExecutionState, runIds: readonly string[] | null): ExecutionState {
  const state = runIds === null && given.approval?.state === 'waiting' ? withApproval(given, 'withdrawn') : given;
  if (runIds === null || state.cancelRequested === 'all') return { ...state, cancelRequested: 'all' };
  return { ...state, cancelRequested: new Set([...state.cancelRequested, ...runIds]) };
}

function withDispatched(state: ExecutionState, { incarnation, commands }: EventOf<'kanade.execution.dispatched.v1'>['data']): ExecutionState {
  const before = state.dispatched.get(incarnation) ?? [];
  const after = new Set([...before, ...commands.map(({ runId }) => runId)]);
  return { ...state, dispatched: new Map(state.dispatched).set(incarnation, after) };
}

function withErased(state: ExecutionState, runIds: readonly string[] | null): ExecutionState {
  if (runIds === null || state.erased === 'all') return { ...state, erased: 'all' };
  return { ...state, erased: new Set([...state.erased, ...runIds]) };
}

/** The state after one more event. */
export function evolveExecution(state: ExecutionState, event: ControlEvent): ExecutionState {
  switch (event.type) {
    case 'kanade.execution.requested.v1':
      return { ...state, requested: event, approval: approvalOf(event) };
    case 'kanade.execution.targeted.v1':
      return { ...state, targets: new Map([...state.targets, ...event.data.targets.map(({ runId, endpointId }) => [runId, endpointId] as const)]) };
    case 'kanade.execution.dispatched.v1':
      return withDispatched(state, event.data);
    case 'kanade.execution.approved.v1':
      return withApproval(state, 'approved');
    case 'kanade.execution.denied.v1':
      return withApproval(state, 'denied');
    case 'kanade.execution.approval-expired.v1':
      return withApproval(state, 'expired');
    case 'kanade.execution.cancel-requested.v1':
      return withCancel(state, event.data.runIds);
    case 'kanade.execution.runs-presumed.v1':
      return { ...state, presumed: new Set([...state.presumed, ...event.data.runIds]) };
    case 'kanade.execution.output-erased.v1':
      return withErased(state, event.data.runIds);
    default:
      return state;
  }
}
