import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';
import type { ExecutionState } from './execution.ts';
import { presumeRuns } from './presume.ts';

/** `accountId` is of whoever decides; `now` is Unix ms. */
export type DecideApproval =
  | { readonly type: 'approve'; readonly executionId: string; readonly accountId: string; readonly now: number }
  | { readonly type: 'deny'; readonly executionId: string; readonly reason: string | null; readonly now: number }
  | { readonly type: 'expire-approval'; readonly executionId: string; readonly now: number };

/** Whether what it runs may be sent: it needs nobody's approval, or has it. */
export function isReleased({ approval }: ExecutionState): boolean {
  return approval === null || approval.state === 'approved';
}

const become = { approve: 'approved', deny: 'denied', 'expire-approval': 'expired' } as const;

/** Decides what becomes of an execution that waits for an approval; the same decision once more makes no event. */
export function decideApproval(command: DecideApproval, state: ExecutionState): Decision {
  const { executionId } = command;
  const { requested, approval } = state;
  if (requested === null) return refuse('not-found', `there is no execution ${executionId}`);
  if (approval === null) return refuse('approval-ended', `execution ${executionId} needs nobody's approval`);
  if (command.type === 'approve' && command.accountId === approval.accountId) {
    return refuse('own-approval', 'you asked for this execution yourself: somebody else has to approve it');
  }
  // Whoever keeps the time may be a moment behind.
  if (approval.state === become[command.type] || (command.type === 'expire-approval' && approval.state !== 'waiting')) return accept();
  if (approval.state !== 'waiting') return refuse('approval-ended', `execution ${executionId} waits for no approval any more: it was ${approval.state}`);
  const late = command.now >= approval.until;
  if (command.type === 'expire-approval' && !late) return accept();
  if (command.type !== 'expire-approval' && late) return refuse('approval-ended', `the time for approving execution ${executionId} has passed; ask for it anew`);
  const correlationid = executionId;
  const end = (presumed: 'cancelled' | 'expired') => presumeRuns({ executionId, state: presumed, runIds: [...state.targets.keys()] }, state);
  switch (command.type) {
    case 'approve':
      return accept({ type: 'kanade.execution.approved.v1', correlationid, data: { executionId } });
    case 'deny':
      return accept({ type: 'kanade.execution.denied.v1', correlationid, data: { executionId, reason: command.reason } }, ...end('cancelled'));
    case 'expire-approval':
      return accept({ type: 'kanade.execution.approval-expired.v1', correlationid, data: { executionId } }, ...end('expired'));
    default:
      return command satisfies never;
  }
}
