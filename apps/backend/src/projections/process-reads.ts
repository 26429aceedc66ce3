import type { ApprovalState, EndpointStanding, RunState } from '@kanade/contracts';
import { build, sql } from '@kanade/read-models';
import type { NotNull, Reader } from '@kanade/read-models';

/** What process managers read; none of these changes anything. Keys are internal, ids are public. */

const runIdentity = ['runs.key', 'runs.id as runId', 'executions.id as executionId', 'endpoints.id as endpointId'] as const;

const runsWithNames = () =>
  build
    .selectFrom('runs')
    .innerJoin('executions', 'executions.key', 'runs.executionKey')
    .innerJoin('endpoints', 'endpoints.key', 'runs.endpointKey');

/** Left to itself, SQLite would walk all queued runs, those that have their command included, of which an offline fleet has many. */
const dueRuns = (comparison: '<' | '>', incarnation: string, limit: number) =>
  sql<{ key: number }>`(select "key", "commandIncarnation" from "runs" indexed by "runsToDispatch" where "state" = 'queued' and "held" = 0 and "commandIncarnation" ${sql.raw(comparison)} ${incarnation} and "cancelRequested" = 0 order by "commandIncarnation", "key" limit ${limit})`;

const undispatched = (comparison: '<' | '>', incarnation: string, limit: number) =>
  runsWithNames()
    .innerJoin(dueRuns(comparison, incarnation, limit).as('due'), 'due.key', 'runs.key')
    .select([
      ...runIdentity, 'endpoints.quarantined', 'endpoints.standing', 'executions.eventId', 'executions.approval', 'executions.privateDigest', 'executions.shell', 'executions.timeoutMs', 'executions.runAs',
      'executions.cwd', 'executions.jobId', 'executions.supersede', 'executions.expiresAt', 'executions.secrets', 'endpoints.site', 'endpoints.sealingKey',
    ])
    .where('executions.recovered', '=', 0)
    .$narrowType<{ shell: NotNull; eventId: NotNull }>()
    .orderBy('runs.commandIncarnation')
    .orderBy('runs.key');

export const runsToDispatchSql = undispatched;

/** Queued runs without a command in this incarnation, oldest first within each earlier one; endpoints that get nothing are marked, not left out. */
export function runsToDispatch(db: Reader, incarnation: string, limit: number) {
  const never = db.all(undispatched('<', incarnation, limit));
  return never.length >= limit ? never : [...never, ...db.all(undispatched('>', incarnation, limit - never.length))];
}
export type RunToDispatch = ReturnType<typeof runsToDispatch>[number];

export const overdueApprovalsSql = (now: string) =>
  build.selectFrom('executions').select('id').where('approval', '=', sql.lit<ApprovalState>('waiting')).where('approvalUntil', '<=', now);

/** Executions that have waited for an approval long enough. */
export function overdueApprovals(db: Reader, now: string): string[] {
  return db.all(overdueApprovalsSql(now)).map(({ id }) => id);
}

export const runsPastDeadlineSql = (now: number, limit: number) =>
  runsWithNames()
    .select([...runIdentity, 'runs.state', 'runs.deadlineAt', 'runs.commandSequence', 'runs.commandIncarnation'])
    .where('runs.deadlineAt', 'is not', null)
    .where('runs.deadlineAt', '<', now)
    .orderBy('runs.deadlineAt')
    .limit(limit);

/**
 * Runs whose deadline (Unix ms) has passed: a queued one's is its expiry, an accepted one's the later of expiry and acceptance plus its time
 * limit, a started one's its start plus its time limit. The caller adds the lease it grants by passing an earlier `now`.
 */
export function runsPastDeadline(db: Reader, now: number, limit = 1000) {
  return db.all(runsPastDeadlineSql(now, limit));
}

/** When the next deadline passes, Unix ms; `undefined` when no run is waiting for one. */
export function nextDeadline(db: Reader): number | undefined {
  return db.get(build.selectFrom('runs').select('deadlineAt').where('deadlineAt', 'is not', null).orderBy('deadlineAt').limit(1))?.deadlineAt ?? undefined;
}

export const acceptedCommandsSql = (incarnation: string, fromSequence: number, limit: number) =>
  build
    .selectFrom('runs')
    .select(['id as runId', 'commandSequence'])
    .where('commandSequence', 'is not', null)
    .where('commandSequence', '>=', fromSequence)
    .where('commandIncarnation', '=', incarnation)
    .where('state', '!=', 'queued')
    .orderBy('commandSequence')
    .limit(limit);

/**
 * Commands of this incarnation whose run is past `queued`, from a sequence of KANADE_COMMANDS on: for the sweep at a start, from that stream's
 * first sequence. Afterwards the fold's notices carry each `commandSequence` as its run moves.
 */
export function acceptedCommandsToDelete(db: Reader, incarnation: string, fromSequence: number, limit = 1000): { readonly runId: string; readonly commandSequence: number }[] {
  return db.all(acceptedCommandsSql(incarnation, fromSequence, limit)).flatMap(({ runId, commandSequence }) => (commandSequence === null ? [] : [{ runId, commandSequence }]));
}

/** The endpoint that signs in to the broker with a public NKey. */
export function endpointByNkey(db: Reader, nkey: string) {
  return db.get(build.selectFrom('endpoints').select('id').where('nkey', '=', nkey));
}

/** One endpoint's keys and state, for renewals, asks and quarantine. */
export function endpointById(db: Reader, id: string) {
  return db.get(build.selectFrom('endpoints').select(['id', 'name', 'status', 'standing', 'quarantined', 'keyedFrom', 'nkey', 'signingKey', 'sealingKey', 'site', 'simulated']).where('id', '=', id));
}

/** Every endpoint that may be sent something, quarantined ones included. */
export function activeEndpoints(db: Reader) {
  return db.all(build.selectFrom('endpoints').select('id').where('standing', '=', 'active').orderBy('key'));
}

export const cutOffEndpointsSql = () => build.selectFrom('endpoints').select('id').where('standing', 'in', [sql.lit<EndpointStanding>('revoked'), sql.lit<EndpointStanding>('retired')]).where('standing', '!=', sql.lit<EndpointStanding>('active'));

/** Endpoints that were revoked or retired and not let in again. */
export function cutOffEndpoints(db: Reader): string[] {
  return db.all(cutOffEndpointsSql()).map(({ id }) => id);
}

/** Only runs that go on have a deadline: a revoked endpoint's long history is not walked for the few it has open. */
const openRuns = sql<{ key: number }>`(select "key" from "runs" indexed by "runsByDeadline" where "deadlineAt" is not null)`;

export const openRunsOfCutOffSql = () =>
  runsWithNames()
    .innerJoin(openRuns.as('open'), 'open.key', 'runs.key')
    .select([...runIdentity, 'runs.state', 'runs.commandSequence', 'runs.commandIncarnation'])
    .where('endpoints.standing', 'in', ['revoked', 'retired']);

/** Runs that will never be reported, because their endpoint was cut off, with where their commands are. */
export function openRunsOfCutOff(db: Reader) {
  return db.all(openRunsOfCutOffSql());
}

export const activeRunsSql = (endpointId: string) =>
  build
    .selectFrom('runs')
    .innerJoin('executions', 'executions.key', 'runs.executionKey')
    .select(['runs.id as runId', 'executions.id as executionId', 'runs.state', 'runs.deadlineAt'])
    .where('runs.state', 'in', [sql.lit<RunState>('accepted'), sql.lit<RunState>('started')])
    .where('runs.endpointKey', '=', build.selectFrom('endpoints').select('key').where('id', '=', endpointId));

/** Runs an endpoint has accepted or started and not ended: what its beats must list. */
export function activeRunsByEndpoint(db: Reader, endpointId: string) {
  return db.all(activeRunsSql(endpointId));
}

/** The runs of an execution that have not ended, all or those named, with where their commands are. */
export function openRunsOfExecution(db: Reader, executionId: string) {
  return db.all(
    runsWithNames()
      .select([...runIdentity, 'runs.state', 'runs.commandSequence', 'runs.commandIncarnation'])
      .where('runs.executionKey', '=', build.selectFrom('executions as named').select('named.key').where('named.id', '=', executionId))
      .where('runs.state', 'in', ['queued', 'accepted', 'started'])
      .orderBy('runs.key'),
  );
}

/** The runs of a job that still wait on any of the named endpoints, for an execution that supersedes them. */
export function waitingRunsOfJob(db: Reader, jobId: string, exceptExecutionId: string) {
  return db.all(
    runsWithNames()
      .select([...runIdentity, 'runs.commandSequence', 'runs.commandIncarnation'])
      .where('executions.jobId', '=', jobId)
      .where('executions.state', '=', 'running')
      .where('executions.id', '!=', exceptExecutionId)
      .where('runs.state', '=', 'queued')
      .orderBy('runs.key'),
  );
}

export const executionsToCancelSql = () =>
  build
    .selectFrom('runs')
    .innerJoin('executions', 'executions.key', 'runs.executionKey')
    .select('executions.id')
    .distinct()
    .where('runs.cancelRequested', '=', sql.lit(1))
    .where('runs.endedAt', 'is', null);

/** Executions with runs whose end was asked for, all or by name, and that have not ended. */
export function executionsToCancel(db: Reader): { readonly id: string }[] {
  return db.all(executionsToCancelSql());
}
