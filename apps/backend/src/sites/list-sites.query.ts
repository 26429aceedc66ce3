import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { detailQuerySchema, siteListSchema } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { visibleSites } from '../projections/scoped.ts';

export type ListSitesParams = z.infer<typeof detailQuerySchema>;
export type ListSitesResult = z.infer<typeof siteListSchema>;

/** The sites a principal may see, by name. */
export class ListSitesQuery extends Query<ListSitesResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListSitesParams,
  ) {
    super();
  }
}

export function listSitesSql(principal: Principal) {
  const names = visibleSites(principal);
  return build
    .selectFrom('sites')
    .leftJoin('endpoints', (join) => join.onRef('endpoints.site', '=', 'sites.name').on('endpoints.standing', '!=', 'retired'))
    .select(({ fn }) => ['sites.name', 'sites.createdAt', 'sites.createdBy', fn.count<number>('endpoints.key').as('endpointCount')])
    .where('sites.listed', '=', 1)
    .$if(names !== undefined, (query) => query.where('sites.name', 'in', names ?? []))
    .groupBy('sites.key')
    .orderBy('sites.name');
}

export function listSites(db: Reader, principal: Principal): ListSitesResult {
  return { items: db.all(listSitesSql(principal)) };
}

@QueryHandler(ListSitesQuery)
export class ListSitesHandler implements IQueryHandler<ListSitesQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListSitesQuery): Promise<ListSitesResult> {
    return listSites(await this.fold.readerFor(params), principal);
  }
}
