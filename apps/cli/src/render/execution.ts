import type { ExecutionView } from '@kanade/api-client';

/** A job with its version, or what kind of script it is. */
export function describeWhat({ job, shell }: ExecutionView): string {
  if (job) return `${job.id} ${job.version}`;
  return shell === null ? '(recovered)' : `${shell} script`;
}

/** Its state; one that waits for an approval is not running yet. */
export function describeState({ state, approval }: Pick<ExecutionView, 'state' | 'approval'>): string {
  if (approval === null || approval.state === 'approved') return state;
  return approval.state === 'waiting' ? 'waiting for approval' : `${state} (approval ${approval.state})`;
}

/** How many runs are in each state: `24 succeeded, 1 failed`. */
export function describeCounts(execution: Pick<ExecutionView, 'counts'>): string {
  return Object.entries(execution.counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}
