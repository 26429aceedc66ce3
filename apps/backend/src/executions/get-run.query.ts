import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { RunDetail } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import type { Principal } from '../accounts/principal.ts';
import { answerAt, notKept } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { visibleSiteKeys } from '../projections/scoped.ts';
import { runDetail } from './run-output.ts';
import { selectRuns } from './run-view.ts';
import type { RunRow } from './run-view.ts';

export interface GetRunParams {
  readonly runId: string;
  readonly minPosition?: string | undefined;
  readonly at?: string | undefined;
}

/** One run with the beginning of its output. */
export class GetRunQuery extends Query<RunDetail> {
  constructor(
    readonly principal: Principal,
    readonly params: GetRunParams,
  ) {
    super();
  }
}

export const getRunSql = (runId: string) => selectRuns().where('runs.id', '=', runId);

/** The run, when it is of a site the principal may see; throws `not-found`. */
export function readRun(db: Reader, principal: Principal, runId: string): RunRow {
  const sites = visibleSiteKeys(db, principal);
  const row = db.get(getRunSql(runId));
  if (row === undefined || sites?.includes(row.siteKey) === false) throw notKept(db, 'executions', 'run', runId);
  return row;
}

export function getRun(db: Reader, principal: Principal, { runId }: GetRunParams): RunDetail {
  return answerAt(db, () => runDetail(db, readRun(db, principal, runId)));
}

@QueryHandler(GetRunQuery)
export class GetRunHandler implements IQueryHandler<GetRunQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: GetRunQuery): Promise<RunDetail> {
    return getRun(await this.fold.readerFor(params), principal, params);
  }
}
