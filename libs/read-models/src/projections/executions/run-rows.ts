import type { Session } from '../../fold/session.ts';
import type { PresumedState, RunsTable } from '../../generated/tables.ts';
import { prepareAll, prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { NoArguments, Parameter } from '../../sqlite/statements.ts';

/** What decides about a run's next state. */
export type RunRow = Pick<RunsTable, 'key' | 'executionKey' | 'endpointKey' | 'siteKey' | 'state' | 'presumed' | 'endedAt' | 'commandSequence' | 'supersededState'> & {
  readonly commandIncarnation: string;
  readonly outputErased: number;
};
export type NewRun = Pick<RunsTable, 'key' | 'id' | 'executionKey' | 'endpointKey' | 'siteKey' | 'deadlineAt' | 'queuedPosition'> & { readonly held: number };
type Moved = Pick<RunsTable, 'key' | 'state' | 'supersededState' | 'deadlineAt'> & { position: number };
type Ended = Pick<
  RunsTable,
  | 'key' | 'state' | 'supersededState' | 'exitCode' | 'signal' | 'reasonCode' | 'reasonMessage' | 'startedAt' | 'finishedAt' | 'durationMs'
  | 'stdoutBytes' | 'stderrBytes' | 'outputChunks' | 'endedPosition' | 'endedAt'
>;
type Presumed = Pick<RunsTable, 'key' | 'endedPosition' | 'endedAt'> & { state: PresumedState };

const prepareReads = ({ connection }: Session) => ({
  find: prepareGet(connection, (query, parameter: Parameter<{ id: string }>) =>
    query
      .selectFrom('runs')
      .select(['key', 'executionKey', 'endpointKey', 'siteKey', 'state', 'presumed', 'endedAt', 'commandIncarnation', 'commandSequence', 'supersededState', 'outputErased'])
      .where('id', '=', parameter('id'))),
  /** The public ids of a run's execution and endpoint. */
  names: prepareGet(connection, (query, parameter: Parameter<{ key: number }>) =>
    query
      .selectFrom('runs')
      .innerJoin('endpoints', 'endpoints.key', 'runs.endpointKey')
      .select(['runs.id as runId', 'endpoints.id as endpointId'])
      .where('runs.key', '=', parameter('key'))),
  queuedOf: prepareAll(connection, (query, parameter: Parameter<{ executionKey: number }>) =>
    query
      .selectFrom('runs')
      .innerJoin('endpoints', 'endpoints.key', 'runs.endpointKey')
      .select(['runs.id as runId', 'endpoints.id as endpointId', 'runs.siteKey', 'runs.commandSequence', 'runs.commandIncarnation'])
      .where('runs.executionKey', '=', parameter('executionKey'))
      .where('runs.state', '=', 'queued')
      .orderBy('runs.key')),
  lastEnd: prepareGet(connection, (query, parameter: Parameter<{ executionKey: number }>) =>
    query.selectFrom('runs').select(({ fn }) => fn.max('endedAt').as('endedAt')).where('executionKey', '=', parameter('executionKey'))),
  lastKey: prepareGet(connection, (query, _: Parameter<NoArguments>) =>
    query.selectFrom('runs').select('key').orderBy('key', 'desc').limit(1)),
});

/** Back from a presumed end, what it had said is gone from the row but for `supersededState`. */
const notEnded = { presumed: 0, endedPosition: null, endedAt: null } as const;

const prepareMoves = ({ connection }: Session) => ({
  accept: prepareWrite(connection, (query, parameter: Parameter<Moved>) =>
    query
      .updateTable('runs')
      .set({ ...notEnded, state: parameter('state'), supersededState: parameter('supersededState'), deadlineAt: parameter('deadlineAt'), acceptedPosition: parameter('position') })
      .where('key', '=', parameter('key'))),
  start: prepareWrite(connection, (query, parameter: Parameter<Moved & { startedAt: string }>) =>
    query
      .updateTable('runs')
      .set({
        ...notEnded, state: parameter('state'), supersededState: parameter('supersededState'), deadlineAt: parameter('deadlineAt'),
        startedPosition: parameter('position'), startedAt: parameter('startedAt'),
      })
      .where('key', '=', parameter('key'))),
  presume: prepareWrite(connection, (query, parameter: Parameter<Presumed>) =>
    query
      .updateTable('runs')
      .set({ state: parameter('state'), presumed: 1, deadlineAt: null, endedPosition: parameter('endedPosition'), endedAt: parameter('endedAt') })
      .where('key', '=', parameter('key'))),
});

const prepareEnd = ({ connection }: Session) =>
  prepareWrite(connection, (query, parameter: Parameter<Ended>) =>
    query
      .updateTable('runs')
      .set({
        state: parameter('state'), presumed: 0, supersededState: parameter('supersededState'), exitCode: parameter('exitCode'), signal: parameter('signal'),
        reasonCode: parameter('reasonCode'), reasonMessage: parameter('reasonMessage'), startedAt: parameter('startedAt'), finishedAt: parameter('finishedAt'),
        durationMs: parameter('durationMs'), stdoutBytes: parameter('stdoutBytes'), stderrBytes: parameter('stderrBytes'), outputChunks: parameter('outputChunks'),
        deadlineAt: null, endedPosition: parameter('endedPosition'), endedAt: parameter('endedAt'),
      })
      .where('key', '=', parameter('key')));

/** The statements over `runs`. */
export function openRunRows(session: Session) {
  const { connection } = session;
  return {
    ...prepareReads(session),
    ...prepareMoves(session),
    end: prepareEnd(session),
    insert: prepareWrite(connection, (query, parameter: Parameter<NewRun>) =>
      query.insertInto('runs').values({
        key: parameter('key'), id: parameter('id'), executionKey: parameter('executionKey'), endpointKey: parameter('endpointKey'), siteKey: parameter('siteKey'), state: 'queued',
        presumed: 0, deadlineAt: parameter('deadlineAt'), queuedPosition: parameter('queuedPosition'), held: parameter('held'),
      })),
    release: prepareWrite(connection, (query, parameter: Parameter<{ executionKey: number }>) =>
      query.updateTable('runs').set({ held: 0 }).where('executionKey', '=', parameter('executionKey'))),
    cancelAll: prepareWrite(connection, (query, parameter: Parameter<{ executionKey: number }>) =>
      query.updateTable('runs').set({ cancelRequested: 1 }).where('executionKey', '=', parameter('executionKey')).where('endedAt', 'is', null)),
    cancel: prepareWrite(connection, (query, parameter: Parameter<{ id: string; executionKey: number }>) =>
      query
        .updateTable('runs')
        .set({ cancelRequested: 1 })
        .where('id', '=', parameter('id'))
        .where('executionKey', '=', parameter('executionKey'))
        .where('endedAt', 'is', null)),
    markErased: prepareWrite(connection, (query, parameter: Parameter<{ key: number }>) =>
      query.updateTable('runs').set({ outputErased: 1 }).where('key', '=', parameter('key'))),
    deleteChunks: prepareWrite(connection, (query, parameter: Parameter<{ key: number }>) => query.deleteFrom('chunks').where('runKey', '=', parameter('key'))),
    dispatch: prepareWrite(connection, (query, parameter: Parameter<{ id: string; incarnation: string; sequence: number }>) =>
      query
        .updateTable('runs')
        .set({ commandIncarnation: parameter('incarnation'), commandSequence: parameter('sequence') })
        .where('id', '=', parameter('id'))),
  };
}
