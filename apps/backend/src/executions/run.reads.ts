import { build, unchanging } from '@kanade/read-models';
import type { NotNull, Reader } from '@kanade/read-models';
import type { RunToDispatch } from '../projections/process-reads.ts';

/** Runs of one execution that have ended, by what was reported or presumed. */
export function endedRunsOf(reader: Reader, executionId: string): ReadonlySet<string> {
  const query = build
    .selectFrom('runs')
    .innerJoin('executions', 'executions.key', 'runs.executionKey')
    .select('runs.id')
    .where('executions.id', '=', executionId)
    .where('runs.endedPosition', 'is not', null);
  return new Set(reader.all(query).map(({ id }) => id));
}

/** The internal key of an execution. */
export function executionKeyOf(reader: Reader, executionId: string): number | undefined {
  const key = reader.get(unchanging.selectFrom('executions').select('key').where('id', '=', executionId))?.key;
  // Its key is the position of its request: at a moment before that there was none.
  return key !== undefined && key <= reader.checkpoint('events') ? key : undefined;
}

/** The runs of an execution on some sites. */
export function runsOnSites(reader: Reader, executionKey: number, sites: readonly number[]): ReadonlySet<string> {
  return new Set(reader.all(build.selectFrom('runs').select('id').where('executionKey', '=', executionKey).where('siteKey', 'in', sites).orderBy('key')).map(({ id }) => id));
}

/** What a run is of. */
export interface RunOwner {
  readonly executionId: string;
  readonly endpointId: string;
  readonly site: string;
}

/** The execution, the endpoint and the site a run belongs to. */
export function ownerOfRun(reader: Reader, runId: string): RunOwner | undefined {
  return reader.get(
    build
      .selectFrom('runs')
      .innerJoin('executions', 'executions.key', 'runs.executionKey')
      .innerJoin('endpoints', 'endpoints.key', 'runs.endpointKey')
      .innerJoin('sites', 'sites.key', 'runs.siteKey')
      .select(['executions.id as executionId', 'endpoints.id as endpointId', 'sites.name as site'])
      .where('runs.id', '=', runId),
  );
}

/** Queued runs without a command in this incarnation, of one execution, whether or not the end of some of its runs was asked for. */
export function undispatchedRunsOf(reader: Reader, executionId: string, incarnation: string): RunToDispatch[] {
  const query = build
    .selectFrom('runs')
    .innerJoin('executions', 'executions.key', 'runs.executionKey')
    .innerJoin('endpoints', 'endpoints.key', 'runs.endpointKey')
    .select([
      'runs.key', 'runs.id as runId', 'executions.id as executionId', 'endpoints.id as endpointId', 'endpoints.quarantined', 'endpoints.standing', 'executions.eventId',
      'executions.approval', 'executions.privateDigest', 'executions.shell', 'executions.timeoutMs', 'executions.runAs', 'executions.cwd', 'executions.jobId', 'executions.supersede',
      'executions.expiresAt', 'executions.secrets', 'endpoints.site', 'endpoints.sealingKey',
    ])
    .where('executions.id', '=', executionId)
    .where('runs.state', '=', 'queued')
    .where('runs.held', '=', 0)
    .where('runs.commandIncarnation', '!=', incarnation)
    .where('executions.recovered', '=', 0)
    .$narrowType<{ shell: NotNull; eventId: NotNull }>()
    .where('endpoints.quarantined', '=', 0)
    .where('endpoints.standing', '=', 'active')
    .orderBy('runs.key');
  return reader.all(query);
}
