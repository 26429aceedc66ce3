import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { executionListQuerySchema, executionPageSchema } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { readOverSites, visibleSiteKeys } from '../projections/scoped.ts';
import { scopedExecutionView } from './execution-scope.ts';
import { selectExecutions } from './execution-view.ts';

export type ListExecutionsParams = z.infer<typeof executionListQuerySchema>;
export type ListExecutionsResult = z.infer<typeof executionPageSchema>;

/** Executions, newest first. */
export class ListExecutionsQuery extends Query<ListExecutionsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListExecutionsParams,
  ) {
    super();
  }
}

const ofSite = (siteKey: number) => build.selectFrom('executionSites').select('executionKey').where('siteKey', '=', siteKey);

export function listExecutionsSql({ state, jobId, approval, cursor, limit }: ListExecutionsParams, siteKey?: number) {
  const before = readKeyCursor(cursor);
  let query = selectExecutions();
  if (siteKey !== undefined) query = query.where('key', 'in', ofSite(siteKey));
  if (state !== undefined) query = query.where('state', '=', state);
  if (jobId !== undefined) query = query.where('jobId', '=', jobId);
  if (approval !== undefined) query = query.where('approval', '=', approval);
  if (before !== undefined) query = query.where('key', '<', before);
  return query.orderBy('key', 'desc').limit(limit + 1);
}

export function listExecutions(db: Reader, principal: Principal, params: ListExecutionsParams): ListExecutionsResult {
  return answerAt(db, (position) => {
    const sites = visibleSiteKeys(db, principal);
    const found = readOverSites(sites, { order: 'desc', limit: params.limit + 1, read: (siteKey) => db.all(listExecutionsSql(params, siteKey)), placeOf: ({ key }) => key });
    const { rows, nextCursor } = cutPage(found, params.limit, (row) => [row.key]);
    return { items: rows.map((row) => scopedExecutionView(db, sites, row)), nextCursor, position };
  });
}

@QueryHandler(ListExecutionsQuery)
export class ListExecutionsHandler implements IQueryHandler<ListExecutionsQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListExecutionsQuery): Promise<ListExecutionsResult> {
    return listExecutions(await this.fold.readerFor(params), principal, params);
  }
}
