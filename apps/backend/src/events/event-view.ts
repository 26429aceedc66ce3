import { formatPosition, streams } from '@kanade/contracts';
import type { EventView } from '@kanade/contracts';
import { build, sql } from '@kanade/read-models';

/** Ids never change: the table itself tells them, whatever the moment. As a join it would keep the events of the past from being walked in order. */
const idOf = (table: 'endpoints' | 'executions', key: 'endpointKey' | 'executionKey') => sql<string | null>`(select "id" from "main".${sql.ref(table)} where "key" = ${sql.ref(`events.${key}`)})`;

/** Events with the columns of a list's row. */
export const selectEvents = () =>
  build
    .selectFrom('events')
    .innerJoin('eventTypes', 'eventTypes.key', 'events.typeKey')
    .leftJoin('principals', 'principals.principal', 'events.principal')
    .leftJoin('poison', (join) => join.onRef('poison.sequence', '=', 'events.position').on('poison.stream', '=', streams.events))
    .select([
      'events.position', 'events.id', 'eventTypes.name as type', 'events.source', 'events.recordedAt', 'events.time', 'events.principal', 'events.siteKey', 'events.executionKey',
      'principals.name as principalName', 'poison.code as poisonCode', 'poison.reason as poisonReason',
    ])
    .select([idOf('endpoints', 'endpointKey').as('endpointId'), idOf('executions', 'executionKey').as('executionId')]);

export type EventRow = Awaited<ReturnType<ReturnType<typeof selectEvents>['execute']>>[number];

export function eventView(row: EventRow, incarnation: string): EventView {
  return {
    position: formatPosition({ incarnation, sequence: row.position }),
    id: row.id,
    type: row.type,
    source: row.source ?? `endpoint/${row.endpointId ?? ''}`,
    recordedAt: new Date(row.recordedAt).toISOString(),
    time: row.time,
    endpointId: row.endpointId,
    executionId: row.executionId,
    principal: row.principalName ?? row.principal,
    status: row.poisonCode === null ? 'folded' : 'poison',
    poisonReason: row.poisonReason,
  };
}
