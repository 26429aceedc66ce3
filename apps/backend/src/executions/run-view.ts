import type { RunReason, RunView } from '@kanade/contracts';
import { build, outputStreamNumbers, sql } from '@kanade/read-models';

/** Bytes of a stream: what the end said, or while the run goes on, what has been folded. */
const bytesOf = (stream: 'stdout' | 'stderr') =>
  sql<number>`coalesce(${sql.ref(`runs.${stream}Bytes`)}, (select "offset" + "size" from "chunks" where "runKey" = "runs"."key" and "stream" = ${sql.lit(outputStreamNumbers[stream])} order by "chunk" desc limit 1), 0)`;

// Looked up for each run shown: as joins they would keep the runs of the past from being walked in order.
const ofEndpoint = (column: 'id' | 'name') => sql<string>`(select ${sql.ref(column)} from "endpoints" where "key" = "runs"."endpointKey")`;
/** What an execution was asked for with never changes: the table itself tells it, whatever the moment. */
const ofExecution = (column: 'id' | 'requestedAt') => sql<string>`(select ${sql.ref(column)} from "main"."executions" where "key" = "runs"."executionKey")`;

/** Runs with the columns of a list's row. */
export const selectRuns = () =>
  build
    .selectFrom('runs')
    .select([
      'runs.key', 'runs.siteKey', 'runs.id as runId', 'runs.state', 'runs.presumed',
      'runs.exitCode', 'runs.signal', 'runs.reasonCode', 'runs.reasonMessage', 'runs.startedAt', 'runs.finishedAt', 'runs.durationMs',
      'runs.outputChunks', 'runs.outputErased', ofExecution('id').as('executionId'), ofExecution('requestedAt').as('requestedAt'), ofEndpoint('id').as('endpointId'), ofEndpoint('name').as('endpointName'), bytesOf('stdout').as('stdoutBytes'), bytesOf('stderr').as('stderrBytes'),
    ]);

export type RunRow = Awaited<ReturnType<ReturnType<typeof selectRuns>['execute']>>[number];

/** The backend's own reasons for the ends it presumes. */
const presumptions: Readonly<Record<string, RunReason>> = {
  expired: { code: 'expired', message: 'The endpoint did not fetch the run before it expired; run it again with a longer expiry.' },
  lost: { code: 'lost', message: 'The endpoint reported no end in time; it will be corrected should the endpoint still report one.' },
  cancelled: { code: 'withdrawn', message: 'The run was withdrawn before the endpoint had fetched it.' },
};

function reasonOf(row: RunRow): RunReason | null {
  if (row.reasonCode !== null) return { code: row.reasonCode, message: row.reasonMessage ?? '' };
  return row.presumed === 1 ? (presumptions[row.state] ?? null) : null;
}

export function runView(row: RunRow): RunView {
  const { runId, executionId, endpointId, endpointName, state, exitCode, signal, requestedAt, startedAt, finishedAt, durationMs, stdoutBytes, stderrBytes } = row;
  return {
    runId, executionId, endpointId, endpointName, state,
    presumed: row.presumed === 1,
    exitCode, signal,
    reason: reasonOf(row),
    requestedAt, startedAt, finishedAt, durationMs, stdoutBytes, stderrBytes,
  };
}
