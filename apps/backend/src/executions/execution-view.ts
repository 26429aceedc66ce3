import type { ExecutionView } from '@kanade/contracts';
import { build } from '@kanade/read-models';

const counts = ['queued', 'accepted', 'started', 'succeeded', 'failed', 'timedOut', 'cancelled', 'refused', 'skipped', 'interrupted', 'expired', 'lost'] as const;

const approvalColumns = ['approval', 'approvalUntil', 'approvalAsker', 'approvalBy', 'approvalAt', 'approvalReason'] as const;

/** Executions with the columns of a list's row. */
export const selectExecutions = () =>
  build
    .selectFrom('executions')
    .select(['key', 'id', 'state', 'jobId', 'jobVersion', 'recovered', 'shell', 'requestedBy', 'requestedAt', 'expiresAt', 'endedAt', 'targetCount', ...approvalColumns, ...counts]);

export type ExecutionRow = Awaited<ReturnType<ReturnType<typeof selectExecutions>['execute']>>[number];

function approvalView({ approval, approvalUntil, approvalAsker, approvalBy, approvalAt, approvalReason }: ExecutionRow): ExecutionView['approval'] {
  if (approval === null || approvalUntil === null || approvalAsker === null) return null;
  return { state: approval, until: approvalUntil, accountId: approvalAsker, decidedBy: approvalBy, decidedAt: approvalAt, reason: approvalReason };
}

export function executionView(row: ExecutionRow): ExecutionView {
  const { id, state, jobId, jobVersion, recovered, shell, requestedBy, requestedAt, expiresAt, endedAt, targetCount } = row;
  const { queued, accepted, started, succeeded, failed, timedOut, cancelled, refused, skipped, interrupted, expired, lost } = row;
  return {
    id,
    state,
    job: jobId === null ? null : { id: jobId, version: jobVersion ?? '' },
    recovered: recovered === 1,
    shell,
    requestedBy,
    requestedAt,
    expiresAt,
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
    targetCount,
    approval: approvalView(row),
    counts: { queued, accepted, started, succeeded, failed, 'timed-out': timedOut, cancelled, refused, skipped, interrupted, expired, lost },
  };
}
