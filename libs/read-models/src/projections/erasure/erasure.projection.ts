import type { EventHandlers, Place } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import { erasedReason } from '../../fold/poison.ts';
import type { Session } from '../../fold/session.ts';
import { openForgetEndpoint } from '../../past/forget-endpoint.ts';
import { prepareAll, prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';
import type { Runs } from '../executions/runs.projection.ts';

type Key = { key: number };

/** What is left of an erased endpoint's names. */
export const erasedName = '(erased)';

const prepareExecution = ({ connection }: Session) => ({
  runs: prepareAll(connection, (query, parameter: Parameter<Key>) => query.selectFrom('runs').select(['key', 'id']).where('executionKey', '=', parameter('key'))),
  eventId: prepareGet(connection, (query, parameter: Parameter<Key>) => query.selectFrom('executions').select('eventId').where('key', '=', parameter('key'))),
  noteErased: prepareWrite(connection, (query, parameter: Parameter<{ eventId: string }>) =>
    query.insertInto('erasedParts').values({ eventId: parameter('eventId') }).onConflict((conflict) => conflict.doNothing())),
  deletePart: prepareWrite(connection, (query, parameter: Parameter<{ eventId: string }>) =>
    query.deleteFrom('privateParts').where('eventId', '=', parameter('eventId')).where('writer', '=', 'control')),
});

const prepareEndpoint = ({ connection }: Session) => ({
  runs: prepareAll(connection, (query, parameter: Parameter<Key>) => query.selectFrom('runs').select(['key', 'id']).where('endpointKey', '=', parameter('key'))),
  forgetNames: prepareWrite(connection, (query, parameter: Parameter<Key & { at: number; position: number; name: string; searchName: string }>) =>
    query
      .updateTable('endpoints')
      .set({
        name: parameter('name'), searchName: parameter('searchName'), alias: null, searchAlias: null, standingReason: null, quarantineReason: null,
        osName: '', osVersion: '', osArchitecture: '', shells: '[]', inventoryChangedAt: null, packageCount: 0, erasedAt: parameter('at'), erasedPosition: parameter('position'),
      })
      .where('key', '=', parameter('key'))),
  deleteFacets: prepareWrite(connection, (query, parameter: Parameter<Key>) => query.deleteFrom('facets').where('endpointKey', '=', parameter('key'))),
  deletePackages: prepareWrite(connection, (query, parameter: Parameter<Key>) => query.deleteFrom('packages').where('endpointKey', '=', parameter('key'))),
  deleteSamples: prepareWrite(connection, (query, parameter: Parameter<Key & { at: number }>) =>
    query.deleteFrom('samples').where('endpointKey', '=', parameter('key')).where('recordedAt', '<=', parameter('at'))),
  emptyPoison: prepareWrite(connection, (query, parameter: Parameter<Key & { bytes: Uint8Array; reason: string }>) =>
    query.updateTable('poison').set({ bytes: parameter('bytes'), reason: parameter('reason') }).where('endpointKey', '=', parameter('key'))),
  deleteParts: prepareWrite(connection, (query, parameter: Parameter<{ writer: string }>) => query.deleteFrom('privateParts').where('writer', '=', parameter('writer'))),
});

/** Takes what was erased out of every table, and remembers that it was, for what is read later. */
export function openErasure(session: Session, runs: Runs) {
  const { keys, changes, erasures } = session;
  const execution = prepareExecution(session);
  const endpoint = prepareEndpoint(session);
  const forgetFormer = openForgetEndpoint(session.connection);

  const eraseEndpoint = (endpointId: string, key: number, { position, recordedAt }: Place): void => {
    runs.eraseOutput(endpoint.runs({ key }));
    endpoint.forgetNames({ key, at: recordedAt, position, name: erasedName, searchName: erasedName });
    endpoint.deleteFacets({ key });
    endpoint.deletePackages({ key });
    endpoint.deleteSamples({ key, at: recordedAt });
    // What it said before is gone from every moment of the past, too.
    forgetFormer(key, erasedName);
    endpoint.deleteParts({ writer: endpointId });
    endpoint.emptyPoison({ key, bytes: new Uint8Array(), reason: erasedReason });
    erasures.forget();
    changes.row('erasure', `endpoint ${endpointId}`);
    changes.row('endpoint', endpointId);
  };

  const events: EventHandlers = {
    'kanade.execution.output-erased.v1': ({ data: { executionId, runIds } }) => {
      const key = keys.execution(executionId);
      if (key === undefined) return refuse('execution-unknown', `execution ${executionId} was never requested`);
      const named = runIds === null ? undefined : new Set(runIds);
      runs.eraseOutput(execution.runs({ key }).filter(({ id }) => named?.has(id) !== false));
      const eventId = execution.eventId({ key })?.eventId ?? null;
      if (named === undefined && eventId !== null) {
        execution.noteErased({ eventId });
        execution.deletePart({ eventId });
        changes.row('erasure', `part ${eventId}`);
      }
      changes.row('execution', executionId);
      return undefined;
    },
    'kanade.endpoint.erased.v1': ({ data: { endpointId } }, place) => {
      const key = keys.endpoint(endpointId);
      if (key === undefined) return refuse('endpoint-unknown', `endpoint ${endpointId} was never enrolled`);
      eraseEndpoint(endpointId, key, place);
      return undefined;
    },
  };
  return { events };
}
