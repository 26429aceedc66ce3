import { parseEventSubject } from '@kanade/contracts';
import type { eventExportQuerySchema } from '@kanade/contracts';
import type { StoredMessage } from '@kanade/messaging';
import { build } from '@kanade/read-models';
import { z } from 'zod';
import { ofPrincipal } from './of-principal.ts';

export type ExportEventsParams = z.infer<typeof eventExportQuerySchema>;

const envelopeSchema = z.looseObject({ type: z.string(), correlationid: z.string().optional(), principal: z.string().optional() });

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

/** Whether an export's filter lets an event through, as the event itself tells: the index has let go of some. `principals` are those asked for. */
export function isExported({ endpointId, executionId, type }: ExportEventsParams, principals: ReadonlySet<string> | undefined, { subject, body }: Pick<StoredMessage, 'subject' | 'body'>): boolean {
  const writer = parseEventSubject(subject);
  const about = writer?.kind === 'endpoint' ? writer.endpointId : writer?.aggregate === 'endpoint' ? writer.id : undefined;
  if (endpointId !== undefined && about !== endpointId) return false;
  const event = envelopeSchema.safeParse(parseJson(body)).data;
  if (executionId !== undefined && event?.correlationid !== executionId) return false;
  if (type !== undefined && event?.type !== type) return false;
  return principals === undefined || (event?.principal !== undefined && principals.has(event.principal));
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    // Anything may lie in the record; what is no event is of nobody.
    return undefined;
  }
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
