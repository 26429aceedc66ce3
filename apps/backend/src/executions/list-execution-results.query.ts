import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { runResultPageSchema } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt, notFound } from '../projections/answers.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { visibleSiteKeys } from '../projections/scoped.ts';
import type { SiteKeys } from '../projections/scoped.ts';
import { extentOf } from './execution-scope.ts';
import { executionKeyOf } from './run.reads.ts';
import { runDetail } from './run-output.ts';
import { selectRuns } from './run-view.ts';

export interface ExecutionResultsParams {
  readonly executionId: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly minPosition?: string | undefined;
  readonly at?: string | undefined;
}
export type ListExecutionResultsResult = z.infer<typeof runResultPageSchema>;

/** Every run of an execution with the beginning of its output, in the order of its targets. */
export class ListExecutionResultsQuery extends Query<ListExecutionResultsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ExecutionResultsParams,
  ) {
    super();
  }
}

export function listResultsSql(executionKey: number, { cursor, limit }: ExecutionResultsParams, sites: SiteKeys) {
  const after = readKeyCursor(cursor);
  return selectRuns()
    .where('runs.executionKey', '=', executionKey)
    .$if(sites !== undefined, (query) => query.where('runs.siteKey', 'in', sites ?? []))
    .$if(after !== undefined, (query) => query.where('runs.key', '>', after ?? 0))
    .orderBy('runs.key')
    .limit(limit + 1);
}

export function listExecutionResults(db: Reader, principal: Principal, params: ExecutionResultsParams): ListExecutionResultsResult {
  return answerAt(db, (position) => {
    const key = executionKeyOf(db, params.executionId);
    const sites = visibleSiteKeys(db, principal);
    if (key === undefined || extentOf(db, sites, key) === 'nothing') throw notFound('execution', params.executionId);
    const { rows, nextCursor } = cutPage(db.all(listResultsSql(key, params, sites)), params.limit, (row) => [row.key]);
    return { items: rows.map((row) => runDetail(db, row)), nextCursor, position };
  });
}

@QueryHandler(ListExecutionResultsQuery)
export class ListExecutionResultsHandler implements IQueryHandler<ListExecutionResultsQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListExecutionResultsQuery): Promise<ListExecutionResultsResult> {
    return listExecutionResults(await this.fold.readerFor(params), principal, params);
  }
}
