import type { Session } from '../../fold/session.ts';
import type { GoingExecutions } from '../../retention/trimming.ts';
import { prepareAll, prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { NoArguments, Parameter } from '../../sqlite/statements.ts';
import { hourMs } from '../../retention/cuts.ts';
import type { ExecutionSites } from './execution-sites.ts';
import type { Runs } from './runs.projection.ts';

interface Key {
  key: number;
}

const prepareFinding = ({ connection }: Session) => ({
  /** Keys count up from the newest run, which stays for that. */
  newest: prepareGet(connection, (query, _: Parameter<NoArguments>) => query.selectFrom('runs').select('executionKey').orderBy('key', 'desc').limit(1)),
  oldest: prepareGet(connection, (query, parameter: Parameter<{ before: number; newest: number }>) =>
    query
      .selectFrom('executions')
      .select(['key', 'id', 'eventId'])
      .where('endedAt', '<', parameter('before'))
      .where('key', '!=', parameter('newest'))
      .orderBy('endedAt')
      .orderBy('key')
      .limit(1)),
  first: prepareGet(connection, (query, parameter: Parameter<{ position: number; young: number; newest: number }>) =>
    query
      .selectFrom('executions')
      .select(['key', 'id', 'eventId'])
      .where('key', '<=', parameter('position'))
      .where('endedAt', '<', parameter('young'))
      .where('key', '!=', parameter('newest'))
      .orderBy('key')
      .limit(1)),
  runs: prepareAll(connection, (query, parameter: Parameter<Key & { most: number }>) =>
    query.selectFrom('runs').select(['key', 'id']).where('executionKey', '=', parameter('key')).orderBy('key').limit(parameter('most'))),
});

const prepareRemoval = ({ connection }: Session) => ({
  chunks: prepareWrite(connection, (query, parameter: Parameter<Key>) => query.deleteFrom('chunks').where('runKey', '=', parameter('key'))),
  run: prepareWrite(connection, (query, parameter: Parameter<Key>) => query.deleteFrom('runs').where('key', '=', parameter('key'))),
  sites: prepareWrite(connection, (query, parameter: Parameter<Key>) => query.deleteFrom('executionSites').where('executionKey', '=', parameter('key'))),
  part: prepareWrite(connection, (query, parameter: Parameter<{ eventId: string }>) =>
    query.deleteFrom('privateParts').where('eventId', '=', parameter('eventId')).where('writer', '=', 'control')),
  execution: prepareWrite(connection, (query, parameter: Parameter<Key>) => query.deleteFrom('executions').where('key', '=', parameter('key'))),
  tallies: prepareWrite(connection, (query, parameter: Parameter<{ hour: number }>) => query.deleteFrom('endTallies').where('hour', '<', parameter('hour'))),
});

/** Lets executions that have ended go, runs first and the execution last: none that goes on is touched. Says how many rows of either went. */
export function openTrimExecutions(session: Session, runs: Pick<Runs, 'trimmed'>, sites: Pick<ExecutionSites, 'trimmed'>) {
  const { connection, keys } = session;
  const find = prepareFinding(session);
  const remove = prepareRemoval(session);
  const [runPast, executionPast] = ['runsPast', 'executionsPast'].map((past) => connection.prepare<Key>(`DELETE FROM "${past}" WHERE "key" = @key`));

  const removeRun = ({ key, id }: { readonly key: number; readonly id: string }): void => {
    remove.chunks({ key });
    runPast?.run({ key });
    remove.run({ key });
    runs.trimmed(id);
  };
  const removeExecution = ({ key, id, eventId }: { readonly key: number; readonly id: string; readonly eventId: string | null }): void => {
    remove.sites({ key });
    executionPast?.run({ key });
    if (eventId !== null) remove.part({ eventId });
    remove.execution({ key });
    keys.trimmed(id);
    sites.trimmed(key);
  };

  return ({ before, position, young }: GoingExecutions, most: number): number => {
    remove.tallies({ hour: Math.floor(before / hourMs) });
    const newest = find.newest({})?.executionKey ?? 0;
    let left = most;
    while (left > 0) {
      const execution = find.oldest({ before, newest }) ?? find.first({ position, young, newest });
      if (execution === undefined) break;
      const going = find.runs({ key: execution.key, most: left });
      for (const run of going) removeRun(run);
      left -= going.length;
      if (left === 0) break;
      removeExecution(execution);
      left -= 1;
    }
    return most - left;
  };
}
