import { formatPosition, streams } from '@kanade/contracts';
import type { EventView } from '@kanade/contracts';
import { build } from '@kanade/read-models';

/** Events with the columns of a list's row. */
export const selectEvents = () =>
  build
    .selectFrom('events')
    .innerJoin('eventTypes', 'eventTypes.key', 'events.typeKey')
    .leftJoin('executions', 'executions.key', 'events.executionKey')
    .leftJoin('principals', 'principals.principal', 'events.principal')
    .leftJoin('poison', (join) => join.onRef('poison.sequence', '=', 'events.position').on('poison.stream', '=', streams.events))
    .select([
      'events.position', 'events.id', 'eventTypes.name as type', 'events.source', 'events.recordedAt', 'events.time', 'events.principal', 'events.siteKey', 'events.executionKey',
      'executions.id as executionId', 'principals.name as principalName', 'poison.code as poisonCode', 'poison.reason as poisonReason',
    ])
    // Looked up for each event shown: as a join it would keep the events of the past from being walked in order.
    .select((from) => from.selectFrom('endpoints').select('endpoints.id').whereRef('endpoints.key', '=', 'events.endpointKey').as('endpointId'));

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
