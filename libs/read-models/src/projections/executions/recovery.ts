import type { Place } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

interface Recovered {
  key: number;
  id: string;
  time: string;
}

/**
 * After an older backup was restored, agents send again what they did since. The requests of those runs are gone, but the facts are
 * not: they get an execution that says it was recovered and claims nothing it does not know.
 */
export function openRecovery({ connection, changes, restoredAt }: Session) {
  const find = prepareGet(connection, (query, parameter: Parameter<{ id: string }>) =>
    query.selectFrom('executions').select(['key', 'recovered']).where('id', '=', parameter('id')));
  const insert = prepareWrite(connection, (query, parameter: Parameter<Recovered>) =>
    query.insertInto('executions').values({
      key: parameter('key'), id: parameter('id'), state: 'running', recovered: 1, timeoutMs: 0, runAs: 'system', requestedAt: parameter('time'),
      expiresAt: parameter('time'), supersede: 0, cancelRequested: 0, countedPosition: parameter('key'), targetCount: 0,
    }));

  /** The key of the recovered execution, made if need be; undefined when the request is known and did not name this run, or cannot be missing. */
  return (executionId: string, time: string, { position }: Place): number | undefined => {
    const known = find({ id: executionId });
    if (known !== undefined) return known.recovered === 1 ? known.key : undefined;
    // No request was ever lost: an endpoint that speaks of one makes it up.
    if (restoredAt === null || position <= restoredAt) return undefined;
    insert({ key: position, id: executionId, time });
    changes.row('execution', executionId);
    return position;
  };
}
