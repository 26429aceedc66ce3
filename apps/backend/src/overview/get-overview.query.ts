import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { overviewSchema } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { executionView, selectExecutions } from '../executions/execution-view.ts';
import { runView, selectRuns } from '../executions/run-view.ts';
import { answerAt } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';

export interface GetOverviewParams {
  readonly minPosition?: string | undefined;
}
export type GetOverviewResult = z.infer<typeof overviewSchema>;

/** The fleet at a glance, what runs now, the latest results. */
export class GetOverviewQuery extends Query<GetOverviewResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetOverviewParams,
  ) {
    super();
  }
}

const shown = 10;
const hourMs = 3_600_000;

export const overviewSql = {
  statuses: () => build.selectFrom('endpoints').select(({ fn }) => ['status', fn.countAll<number>().as('count')]).where('standing', '=', 'active').groupBy('status'),
  quarantined: () => build.selectFrom('endpoints').select(({ fn }) => fn.countAll<number>().as('count')).where('quarantined', '=', 1).where('standing', '=', 'active'),
  goingOn: () =>
    build
      .selectFrom('executions')
      .select(({ fn }) => [fn.sum<number | null>('queued').as('queued'), fn.sum<number | null>('accepted').as('accepted'), fn.sum<number | null>('started').as('started')])
      .where('state', '=', 'running'),
  ended: (fromHour: number) =>
    build.selectFrom('endTallies').select(({ fn }) => ['state', fn.sum<number>('count').as('count')]).where('hour', '>=', fromHour).groupBy('state'),
  running: () => selectExecutions().where('state', '=', 'running').orderBy('key', 'desc').limit(shown),
  latestRuns: () => selectRuns().where('runs.endedPosition', 'is not', null).orderBy('runs.endedPosition', 'desc').limit(shown),
};

function endpointCounts(db: Reader): GetOverviewResult['endpoints'] {
  const byStatus = new Map(db.all(overviewSql.statuses()).map(({ status, count }) => [status, count]));
  const of = (status: 'online' | 'offline' | 'never-seen'): number => byStatus.get(status) ?? 0;
  const quarantined = db.get(overviewSql.quarantined())?.count ?? 0;
  return { total: of('online') + of('offline') + of('never-seen'), online: of('online'), offline: of('offline'), neverSeen: of('never-seen'), quarantined };
}

function runCounts(db: Reader, now: number): GetOverviewResult['runsLastDay'] {
  const ended = db.all(overviewSql.ended(Math.floor(now / hourMs) - 23));
  const succeeded = ended.find(({ state }) => state === 'succeeded')?.count ?? 0;
  const failed = ended.filter(({ state }) => state !== 'succeeded' && state !== 'cancelled').reduce((sum, { count }) => sum + count, 0);
  const goingOn = db.get(overviewSql.goingOn());
  return { succeeded, failed, running: (goingOn?.accepted ?? 0) + (goingOn?.started ?? 0), queued: goingOn?.queued ?? 0 };
}

export function getOverview(db: Reader, _principal: Principal, now: number): GetOverviewResult {
  return answerAt(db, (position) => ({
    endpoints: endpointCounts(db),
    runsLastDay: runCounts(db, now),
    running: db.all(overviewSql.running()).map(executionView),
    latestRuns: db.all(overviewSql.latestRuns()).map(runView),
    position,
  }));
}

@QueryHandler(GetOverviewQuery)
export class GetOverviewHandler implements IQueryHandler<GetOverviewQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: GetOverviewQuery): Promise<GetOverviewResult> {
    return getOverview(await this.fold.reader(params.minPosition), principal, Date.now());
  }
}
