import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { executionListQuerySchema, executionPageSchema } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { executionView, selectExecutions } from './execution-view.ts';

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

export function listExecutionsSql({ state, jobId, cursor, limit }: ListExecutionsParams) {
  let query = selectExecutions();
  if (state !== undefined) query = query.where('state', '=', state);
  if (jobId !== undefined) query = query.where('jobId', '=', jobId);
  const before = readKeyCursor(cursor);
  if (before !== undefined) query = query.where('key', '<', before);
  return query.orderBy('key', 'desc').limit(limit + 1);
}

export function listExecutions(db: Reader, _principal: Principal, params: ListExecutionsParams): ListExecutionsResult {
  return answerAt(db, (position) => {
    const { rows, nextCursor } = cutPage(db.all(listExecutionsSql(params)), params.limit, (row) => [row.key]);
    return { items: rows.map(executionView), nextCursor, position };
  });
}

@QueryHandler(ListExecutionsQuery)
export class ListExecutionsHandler implements IQueryHandler<ListExecutionsQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListExecutionsQuery): Promise<ListExecutionsResult> {
    return listExecutions(await this.fold.reader(params.minPosition), principal, params);
  }
}
