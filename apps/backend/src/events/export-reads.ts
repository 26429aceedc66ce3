import type { eventExportQuerySchema } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { z } from 'zod';
import { ofPrincipal } from './of-principal.ts';

export type ExportEventsParams = z.infer<typeof eventExportQuerySchema>;

/** Some positions of an export; looked for in a part of the history at a time, so that nothing rare keeps others waiting. */
export interface ExportWindow {
  readonly after: number;
  readonly to: number;
  readonly limit: number;
}

/** The events of a window that an export's filter lets through, oldest first. */
export function exportedSql({ endpointId, executionId, type, principal }: ExportEventsParams, { after, to, limit }: ExportWindow) {
  let query = build.selectFrom('events').select('events.position').where('events.position', '>', after).where('events.position', '<=', to);
  if (endpointId !== undefined) query = query.where('events.endpointKey', '=', build.selectFrom('endpoints').select('key').where('id', '=', endpointId));
  if (executionId !== undefined) query = query.where('events.executionKey', '=', build.selectFrom('executions').select('key').where('id', '=', executionId));
  if (type !== undefined) query = query.where('events.typeKey', '=', build.selectFrom('eventTypes').select('key').where('name', '=', type));
  if (principal !== undefined) query = query.where('events.principal', 'in', ofPrincipal(principal));
  return query.orderBy('events.position').limit(limit);
}

/** Endpoints whose data was erased, and the position of that: what was recorded before it is shown to nobody. */
export const erasedEndpointsSql = () => build.selectFrom('endpoints').select(['id', 'erasedPosition']).where('erasedPosition', 'is not', null);

/** Where an endpoint was given the keys it signs with. */
export const keyEventsSql = (endpointId: string, to: number) =>
  build
    .selectFrom('events')
    .innerJoin('eventTypes', 'eventTypes.key', 'events.typeKey')
    .select('events.position')
    .where('events.endpointKey', '=', build.selectFrom('endpoints').select('key').where('id', '=', endpointId))
    .where('eventTypes.name', 'in', ['kanade.endpoint.enrolled.v1', 'kanade.endpoint.rekeyed.v1'])
    .where('events.position', '<=', to)
    .orderBy('events.position');
