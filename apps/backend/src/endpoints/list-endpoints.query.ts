import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { endpointListQuerySchema, endpointPageSchema, EndpointStanding } from '@kanade/contracts';
import { searchText, sql } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readKeyCursor, readTextCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { LiveOverlay } from '../projections/live-overlay.ts';
import { endpointView, selectEndpoints } from './endpoint-view.ts';
import type { EndpointRow } from './endpoint-view.ts';

export type ListEndpointsParams = z.infer<typeof endpointListQuerySchema>;
export type ListEndpointsResult = z.infer<typeof endpointPageSchema>;

/** Endpoints, a page at a time. */
export class ListEndpointsQuery extends Query<ListEndpointsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListEndpointsParams,
  ) {
    super();
  }
}

type Selection = ReturnType<typeof selectEndpoints>;
type Ordered = { readonly query: Selection; readonly placeOf: (row: EndpointRow) => readonly (string | number)[] };

function filtered(principal: Principal, { search, name, alias, status, standing, site }: ListEndpointsParams): Selection {
  let query = selectEndpoints(principal);
  if (site !== undefined) query = query.where('endpoints.site', '=', site);
  if (status !== undefined) query = query.where('endpoints.status', '=', status);
  if (standing === undefined) query = query.where('endpoints.standing', '!=', 'retired');
  else if (standing !== 'all') query = query.where('endpoints.standing', '=', sql.lit(standing));
  // Said twice, or SQLite does not see that the index of the few who are not active has them all.
  if (standing !== undefined && standing !== 'all' && standing !== 'active') query = query.where('endpoints.standing', '!=', sql.lit<EndpointStanding>('active'));
  if (alias !== undefined) query = query.where('endpoints.searchAlias', '=', searchText(alias));
  if (name !== undefined) query = query.where('endpoints.searchName', '=', searchText(name));
  if (search !== undefined && search !== '') {
    const text = searchText(search);
    query = query.where(sql<boolean>`(instr(${sql.ref('endpoints.searchName')}, ${text}) > 0 or instr(coalesce(${sql.ref('endpoints.searchAlias')}, ''), ${text}) > 0 or instr(${sql.ref('endpoints.id')}, ${text}) = 1)`);
  }
  return query;
}

function ordered(query: Selection, { sort, cursor }: ListEndpointsParams): Ordered {
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  const after = direction === 'asc' ? '>' : '<';
  if (sort === 'enrolledAt' || sort === '-enrolledAt') {
    const key = readKeyCursor(cursor);
    return { query: (key === undefined ? query : query.where('endpoints.key', after, key)).orderBy('endpoints.key', direction), placeOf: (row) => [row.key] };
  }
  const columns = sort === 'status' || sort === '-status' ? (['status', 'searchName'] as const) : (['searchName'] as const);
  const place = readTextCursor(cursor, columns.length);
  const references = [...columns, 'key'].map((column) => sql.ref(`endpoints.${column}`));
  let sorted = query;
  if (place !== undefined) sorted = sorted.where(sql<boolean>`(${sql.join(references)}) ${sql.raw(after)} (${sql.join([...place.texts, place.key])})`);
  for (const column of columns) sorted = sorted.orderBy(`endpoints.${column}`, direction);
  return { query: sorted.orderBy('endpoints.key', direction), placeOf: (row) => [...columns.map((column) => row[column]), row.key] };
}

/** The rows of a page, and one more where there is another page. */
export function listEndpointsSql(principal: Principal, params: ListEndpointsParams): Ordered {
  const { query, placeOf } = ordered(filtered(principal, params), params);
  return { query: query.limit(params.limit + 1), placeOf };
}

export function listEndpoints(db: Reader, overlay: LiveOverlay, principal: Principal, params: ListEndpointsParams): ListEndpointsResult {
  return answerAt(db, (position) => {
    const { query, placeOf } = listEndpointsSql(principal, params);
    const { rows, nextCursor } = cutPage(db.all(query), params.limit, placeOf);
    return { items: rows.map((row) => endpointView(row, db.asOf === null ? overlay : null)), nextCursor, position };
  });
}

@QueryHandler(ListEndpointsQuery)
export class ListEndpointsHandler implements IQueryHandler<ListEndpointsQuery> {
  constructor(
    private readonly fold: FoldClient,
    private readonly overlay: LiveOverlay,
  ) {}

  async execute({ principal, params }: ListEndpointsQuery): Promise<ListEndpointsResult> {
    return listEndpoints(await this.fold.readerFor(params), this.overlay, principal, params);
  }
}
