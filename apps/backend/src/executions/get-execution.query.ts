import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { executionDetailSchema } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt, notKept } from '../projections/answers.ts';
import { readExecute } from '../projections/execute-view.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { incompleteSince } from '../projections/incomplete.ts';
import { visibleSiteKeys } from '../projections/scoped.ts';
import { extentOf, scopedExecutionView } from './execution-scope.ts';
import { selectExecutions } from './execution-view.ts';

export interface GetExecutionParams {
  readonly executionId: string;
  readonly minPosition?: string | undefined;
  readonly at?: string | undefined;
}
export type GetExecutionResult = z.infer<typeof executionDetailSchema>;

/** One execution with what it executes. */
export class GetExecutionQuery extends Query<GetExecutionResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetExecutionParams,
  ) {
    super();
  }
}

export const getExecutionSql = (executionId: string) =>
  selectExecutions().select(['timeoutMs', 'runAs', 'cwd', 'eventId', 'privateDigest']).where('id', '=', executionId);

export function getExecution(db: Reader, principal: Principal, { executionId }: GetExecutionParams): GetExecutionResult {
  return answerAt(db, (position) => {
    const row = db.get(getExecutionSql(executionId));
    const sites = visibleSiteKeys(db, principal);
    const extent = row === undefined ? 'nothing' : extentOf(db, sites, row.key);
    if (row === undefined || extent === 'nothing') throw notKept(db, 'executions', 'execution', executionId);
    // What a part of it lacks may be another site's.
    const incomplete = extent === 'whole' ? incompleteSince(db, 'executionKey', row.key, position) : null;
    return { ...scopedExecutionView(db, sites, row), execute: readExecute(db, row), incompleteSince: incomplete, position };
  });
}

@QueryHandler(GetExecutionQuery)
export class GetExecutionHandler implements IQueryHandler<GetExecutionQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: GetExecutionQuery): Promise<GetExecutionResult> {
    return getExecution(await this.fold.readerFor(params), principal, params);
  }
}
