import { refuse } from '../../fold/events.ts';
import type { EventHandlers, Place } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { BrokerMovesTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

interface Said {
  readonly endpointKey: number;
  readonly position: number;
  readonly answer: 'applied' | 'failed' | 'refused';
  readonly reason: string | null;
  readonly saidAt: string;
  readonly appliedVersion: number | null;
}

/** Orders to reach the broker elsewhere, and how far each endpoint is with them. */
export function openBrokerMoves({ connection, keys, changes }: Session, nameOf: (principal: string) => string) {
  const add = prepareWrite(connection, (query, parameter: Parameter<BrokerMovesTable>) =>
    query.insertInto('brokerMoves').values({
      position: parameter('position'), version: parameter('version'), endpointKey: parameter('endpointKey'), urls: parameter('urls'), ca: parameter('ca'),
      keepOld: parameter('keepOld'), orderedAt: parameter('orderedAt'), orderedBy: parameter('orderedBy'),
    }));
  const say = prepareWrite(connection, (query, parameter: Parameter<Said>) =>
    query
      .insertInto('desiredAnswers')
      .values({
        endpointKey: parameter('endpointKey'), position: parameter('position'), answer: parameter('answer'), reason: parameter('reason'), saidAt: parameter('saidAt'),
        appliedVersion: parameter('appliedVersion'),
      })
      .onConflict((conflict) =>
        conflict.column('endpointKey').doUpdateSet((eb) => ({
          position: eb.ref('excluded.position'), answer: eb.ref('excluded.answer'), reason: eb.ref('excluded.reason'), saidAt: eb.ref('excluded.saidAt'),
          appliedVersion: eb.fn.coalesce('excluded.appliedVersion', 'desiredAnswers.appliedVersion'),
        }))));
  const said = ({ source, time }: { readonly source: string; readonly time: string }, { endpointKey, position }: Place, what: Pick<Said, 'answer' | 'reason' | 'appliedVersion'>): undefined => {
    say({ endpointKey, position, saidAt: time, ...what });
    changes.row('endpoint', source.slice('endpoint/'.length));
  };
  const events: EventHandlers = {
    'kanade.broker.move-ordered.v1': ({ data, time, principal }, { position }) => {
      const { version, endpointId, broker, keepOld } = data;
      const endpointKey = endpointId === null ? null : keys.endpoint(endpointId);
      if (endpointKey === undefined) return refuse('endpoint-unknown', `endpoint ${String(endpointId)} was never enrolled`);
      add({ position, version, endpointKey, urls: JSON.stringify(broker.urls), ca: broker.ca, keepOld: keepOld ? 1 : 0, orderedAt: time, orderedBy: nameOf(principal ?? 'system') });
      return undefined;
    },
    'kanade.desired.applied.v1': (event, place) => said(event, place, { answer: 'applied', reason: null, appliedVersion: event.data.version }),
    'kanade.desired.failed.v1': (event, place) => said(event, place, { answer: 'failed', reason: event.data.reason.message, appliedVersion: null }),
    'kanade.desired.refused.v1': (event, place) => said(event, place, { answer: 'refused', reason: event.data.reason.message, appliedVersion: null }),
  };
  return { events };
}
