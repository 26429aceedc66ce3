import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { overviewSchema } from '@kanade/contracts';
import { build, sql } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { scopedExecutionView } from '../executions/execution-scope.ts';
import { selectExecutions } from '../executions/execution-view.ts';
import { runView, selectRuns } from '../executions/run-view.ts';
import { answerAt } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { readOverSites, visibleSiteKeys, visibleSites } from '../projections/scoped.ts';
import type { SiteKeys } from '../projections/scoped.ts';

export interface GetOverviewParams {
  readonly minPosition?: string | undefined;
  readonly at?: string | undefined;
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

const open = ['queued', 'accepted', 'started'] as const;

export const overviewSql = {
  statuses: (sites: readonly string[] | undefined) =>
    build
      .selectFrom('endpoints')
      .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
      .where('standing', '=', 'active')
      .$if(sites !== undefined, (query) => query.where('site', 'in', sites ?? []))
      .groupBy('status'),
  quarantined: (sites: readonly string[] | undefined) =>
    build
      .selectFrom('endpoints')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('quarantined', '=', 1)
      .where('standing', '=', 'active')
      .$if(sites !== undefined, (query) => query.where('site', 'in', sites ?? [])),
  goingOn: () =>
    build
      .selectFrom('executions')
      .select(({ fn }) => [fn.sum<number | null>('queued').as('queued'), fn.sum<number | null>('accepted').as('accepted'), fn.sum<number | null>('started').as('started')])
      .where('state', '=', 'running'),
  /** Open runs are found by their state: they are few beside all that ever were. */
  goingOnOver: (sites: readonly number[]) =>
    build
      .selectFrom('runs')
      .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
      .where('state', 'in', open)
      .where(sql<number>`+${sql.ref('siteKey')}`, 'in', sites)
      .groupBy('state'),
  ended: (fromHour: number, sites: SiteKeys) =>
    build
      .selectFrom('endTallies')
      .select(({ fn }) => ['state', fn.sum<number>('count').as('count')])
      .where('hour', '>=', fromHour)
      .$if(sites !== undefined, (query) => query.where('siteKey', 'in', sites ?? []))
      .groupBy('state'),
  running: (sites: SiteKeys) =>
    selectExecutions()
      .where('state', '=', 'running')
      .$if(sites !== undefined, (query) =>
        query.where((where) => where.exists(where.selectFrom('executionSites').select('siteKey').whereRef('executionKey', '=', 'executions.key').where('siteKey', 'in', sites ?? []))))
      .orderBy('key', 'desc')
      .limit(shown),
  /** The newest that have ended, of one site or of all. */
  latestRuns: (siteKey?: number) =>
    selectRuns()
      .$if(siteKey !== undefined, (query) => query.where('runs.siteKey', '=', siteKey ?? 0))
      .where('runs.endedPosition', 'is not', null)
      .orderBy('runs.key', 'desc')
      .limit(shown),
};

function endpointCounts(db: Reader, principal: Principal): GetOverviewResult['endpoints'] {
  const sites = visibleSites(principal);
  const byStatus = new Map(db.all(overviewSql.statuses(sites)).map(({ status, count }) => [status, count]));
  const of = (status: 'online' | 'offline' | 'never-seen'): number => byStatus.get(status) ?? 0;
  const quarantined = db.get(overviewSql.quarantined(sites))?.count ?? 0;
  return { total: of('online') + of('offline') + of('never-seen'), online: of('online'), offline: of('offline'), neverSeen: of('never-seen'), quarantined };
}

function goingOn(db: Reader, sites: SiteKeys): Record<(typeof open)[number], number> {
  const none = { queued: 0, accepted: 0, started: 0 };
  if (sites !== undefined) return { ...none, ...Object.fromEntries(db.all(overviewSql.goingOnOver(sites)).map(({ state, count }) => [state, count])) };
  const sums = db.get(overviewSql.goingOn());
  return { queued: sums?.queued ?? 0, accepted: sums?.accepted ?? 0, started: sums?.started ?? 0 };
}

function runCounts(db: Reader, sites: SiteKeys, now: number): GetOverviewResult['runsLastDay'] {
  const ended = db.all(overviewSql.ended(Math.floor(now / hourMs) - 23, sites));
  const succeeded = ended.find(({ state }) => state === 'succeeded')?.count ?? 0;
  const failed = ended.filter(({ state }) => state !== 'succeeded' && state !== 'cancelled').reduce((sum, { count }) => sum + count, 0);
  const { queued, accepted, started } = goingOn(db, sites);
  return { succeeded, failed, running: accepted + started, queued };
}

function latestRuns(db: Reader, sites: SiteKeys) {
  return readOverSites(sites, {
    order: 'desc', limit: shown, read: (siteKey) => db.all(overviewSql.latestRuns(siteKey)), placeOf: ({ key }) => key,
  });
}

export function getOverview(db: Reader, principal: Principal, now: number): GetOverviewResult {
  return answerAt(db, (position) => {
    const sites = visibleSiteKeys(db, principal);
    return {
      endpoints: endpointCounts(db, principal),
      runsLastDay: runCounts(db, sites, db.asOf ?? now),
      running: db.all(overviewSql.running(sites)).map((row) => scopedExecutionView(db, sites, row)),
      latestRuns: latestRuns(db, sites).map(runView),
      position,
    };
  });
}

@QueryHandler(GetOverviewQuery)
export class GetOverviewHandler implements IQueryHandler<GetOverviewQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: GetOverviewQuery): Promise<GetOverviewResult> {
    return getOverview(await this.fold.readerFor(params), principal, Date.now());
  }
}
