import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { formatPosition, parsePosition, streams } from '@kanade/contracts';
import type { eventListQuerySchema, eventPageSchema } from '@kanade/contracts';
import { build, sql, unchanging } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { positionUnknown } from '../projections/past.ts';
import { extentOf } from '../executions/execution-scope.ts';
import { executionKeyOf } from '../executions/run.reads.ts';
import { readOverSites, visibleSiteKeys } from '../projections/scoped.ts';
import type { SiteKeys } from '../projections/scoped.ts';
import { eventView, selectEvents } from './event-view.ts';
import { ofPrincipal } from './of-principal.ts';
import { firstPositionFrom } from './position-at-time.ts';

export type ListEventsParams = z.infer<typeof eventListQuerySchema>;
export type ListEventsResult = z.infer<typeof eventPageSchema>;

/** The event history. */
export class ListEventsQuery extends Query<ListEventsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListEventsParams,
  ) {
    super();
  }
}

/** Positions a time filter leaves: from the first (inclusive) to the last (exclusive). */
export interface PositionRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Events of one site, or of all; what is asked of one execution, endpoint or principal is found by that, whatever the site. */
export function listEventsSql({ type, endpointId, executionId, principal, status, order, cursor, limit }: ListEventsParams, range: PositionRange, siteKey?: number) {
  const named = executionId !== undefined || endpointId !== undefined || principal !== undefined;
  let query = selectEvents();
  if (siteKey !== undefined) query = query.where(named ? sql<number>`+${sql.ref('events.siteKey')}` : 'events.siteKey', '=', siteKey);
  // Poison is rare: its few positions are looked up, not every event for whether it is one.
  if (status === 'poison') query = query.where('events.position', 'in', build.selectFrom('poison as found').select('found.sequence').where('found.stream', '=', streams.events));
  if (status === 'folded') query = query.where('poison.code', 'is', null);
  if (type !== undefined) query = query.where(siteKey === undefined ? 'events.typeKey' : sql<number>`+${sql.ref('events.typeKey')}`, '=', build.selectFrom('eventTypes as named').select('named.key').where('named.name', '=', type));
  if (endpointId !== undefined) query = query.where('events.endpointKey', '=', unchanging.selectFrom('endpoints as named').select('named.key').where('named.id', '=', endpointId));
  if (executionId !== undefined) query = query.where('events.executionKey', '=', unchanging.selectFrom('executions as named').select('named.key').where('named.id', '=', executionId));
  if (principal !== undefined) query = query.where('events.principal', 'in', ofPrincipal(principal));
  if (range.from !== undefined) query = query.where('events.position', '>=', range.from);
  if (range.to !== undefined) query = query.where('events.position', '<', range.to);
  const after = readKeyCursor(cursor);
  if (after !== undefined) query = query.where('events.position', order === 'asc' ? '>' : '<', after);
  return query.orderBy('events.position', order).limit(limit + 1);
}

/** Somebody who sees every run of an execution sees what was done about it too, on whatever sites it ran. */
function sitesToRead(db: Reader, principal: Principal, { executionId }: ListEventsParams): SiteKeys {
  const sites = visibleSiteKeys(db, principal);
  const key = executionId === undefined ? undefined : executionKeyOf(db, executionId);
  return key !== undefined && extentOf(db, sites, key) === 'whole' ? undefined : sites;
}

export function listEvents(db: Reader, principal: Principal, params: ListEventsParams): ListEventsResult {
  return db.snapshot((place) => {
    const after = params.after === undefined ? undefined : parsePosition(params.after);
    if (params.after !== undefined && after?.incarnation !== place.incarnation) throw positionUnknown(params.after, place);
    const first = params.from === undefined ? undefined : firstPositionFrom(db, Date.parse(params.from));
    const range = {
      from: after === undefined ? first : Math.max(first ?? 0, after.sequence + 1),
      to: params.to === undefined ? undefined : firstPositionFrom(db, Date.parse(params.to) + 1),
    };
    const found = readOverSites(sitesToRead(db, principal, params), {
      order: params.order, limit: params.limit + 1, read: (siteKey) => db.all(listEventsSql(params, range, siteKey)), placeOf: (row) => row.position,
    });
    const { rows, nextCursor } = cutPage(found, params.limit, (row) => [row.position]);
    return { items: rows.map((row) => eventView(row, place.incarnation)), nextCursor, position: formatPosition(place) };
  });
}

@QueryHandler(ListEventsQuery)
export class ListEventsHandler implements IQueryHandler<ListEventsQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListEventsQuery): Promise<ListEventsResult> {
    return listEvents(await this.fold.readerFor(params), principal, params);
  }
}
