import type { ApprovalState, Confirmation } from '@kanade/contracts';
import type { EventHandlers, EventMap, Refusal } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { ExecutionsTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';
import type { Runs } from './runs.projection.ts';

type Decided = Pick<ExecutionsTable, 'key' | 'approvalBy' | 'approvalAt' | 'approvalReason'> & { readonly approval: ApprovalState };
type DecisionEvent = EventMap['kanade.execution.approved.v1' | 'kanade.execution.denied.v1' | 'kanade.execution.approval-expired.v1'];

const none = { approval: null, approvalUntil: null, approvalAsker: null } as const;

/** What becomes of executions that wait for an approval. */
export function openApprovals({ connection, keys, changes }: Session, runs: Runs, nameOf: (principal: string) => string) {
  const decide = prepareWrite(connection, (query, parameter: Parameter<Decided>) =>
    query
      .updateTable('executions')
      .set({ approval: parameter('approval'), approvalBy: parameter('approvalBy'), approvalAt: parameter('approvalAt'), approvalReason: parameter('approvalReason') })
      .where('key', '=', parameter('key'))
      .where('approval', '=', 'waiting'));
  const by = ({ principal, time }: { readonly principal?: string | undefined; readonly time: string }) => ({ approvalBy: nameOf(principal ?? 'system'), approvalAt: time });

  /** Only one that waits can be decided: what comes after changes nothing. */
  const decided = (event: DecisionEvent, approval: ApprovalState, approvalReason: string | null): Refusal | undefined => {
    const { executionId } = event.data;
    const key = keys.execution(executionId);
    if (key === undefined) return refuse('execution-unknown', `execution ${executionId} was never requested`);
    if (decide({ key, approval, ...by(event), approvalReason }) === 0) return undefined;
    if (approval === 'approved') runs.release(key);
    changes.row('execution', executionId);
    return undefined;
  };

  const events: EventHandlers = {
    'kanade.execution.approved.v1': (event) => decided(event, 'approved', null),
    'kanade.execution.denied.v1': (event) => decided(event, 'denied', event.data.reason),
    'kanade.execution.approval-expired.v1': (event) => decided(event, 'expired', null),
  };
  return {
    events,
    /** The columns of an execution that was just asked for. */
    asked(confirmation: Confirmation | undefined): Pick<ExecutionsTable, 'approval' | 'approvalUntil' | 'approvalAsker'> {
      if (confirmation?.kind !== 'approval') return none;
      return { approval: 'waiting', approvalUntil: confirmation.until, approvalAsker: confirmation.accountId };
    },
    /** It was cancelled: one that waits need not be approved any more. */
    withdraw(key: number, event: EventMap['kanade.execution.cancel-requested.v1']): void {
      decide({ key, approval: 'withdrawn', ...by(event), approvalReason: null });
    },
  };
}
