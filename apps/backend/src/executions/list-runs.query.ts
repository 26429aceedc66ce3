import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { runListQuerySchema, runPageSchema } from '@kanade/contracts';
import { sql, unchanging } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { readOverSites, visibleSiteKeys } from '../projections/scoped.ts';
import { runView, selectRuns } from './run-view.ts';

export type ListRunsParams = z.infer<typeof runListQuerySchema>;
export type ListRunsResult = z.infer<typeof runPageSchema>;

/** Runs, newest first. */
export class ListRunsQuery extends Query<ListRunsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListRunsParams,
  ) {
    super();
  }
}

/** Runs of one site, or of all; what is asked of one execution or endpoint is found by that, whatever the site. */
export function listRunsSql({ executionId, endpointId, state, cursor, limit }: ListRunsParams, siteKey?: number) {
  const named = executionId !== undefined || endpointId !== undefined;
  let query = selectRuns();
  if (siteKey !== undefined) query = query.where(named ? sql<number>`+${sql.ref('runs.siteKey')}` : 'runs.siteKey', '=', siteKey);
  // Keys first, as scalars: joined names would keep SQLite from walking the index of runs in order.
  if (executionId !== undefined) query = query.where('runs.executionKey', '=', unchanging.selectFrom('executions as named').select('named.key').where('named.id', '=', executionId));
  if (endpointId !== undefined) query = query.where('runs.endpointKey', '=', unchanging.selectFrom('endpoints as named').select('named.key').where('named.id', '=', endpointId));
  if (state !== undefined) query = query.where('runs.state', '=', state);
  const before = readKeyCursor(cursor);
  if (before !== undefined) query = query.where('runs.key', '<', before);
  return query.orderBy('runs.key', 'desc').limit(limit + 1);
}

export function listRuns(db: Reader, principal: Principal, params: ListRunsParams): ListRunsResult {
  return answerAt(db, (position) => {
    const sites = visibleSiteKeys(db, principal);
    const found = readOverSites(sites, { order: 'desc', limit: params.limit + 1, read: (siteKey) => db.all(listRunsSql(params, siteKey)), placeOf: ({ key }) => key });
    const { rows, nextCursor } = cutPage(found, params.limit, (row) => [row.key]);
    return { items: rows.map(runView), nextCursor, position };
  });
}

@QueryHandler(ListRunsQuery)
export class ListRunsHandler implements IQueryHandler<ListRunsQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListRunsQuery): Promise<ListRunsResult> {
    return listRuns(await this.fold.readerFor(params), principal, params);
  }
}
