import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { enrolmentTokenListQuerySchema, enrolmentTokenPageSchema, EnrolmentTokenView } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { EnrolmentTokensTable, Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Clock } from '../clock.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { visibleSites } from '../projections/scoped.ts';

export type ListEnrolmentTokensParams = z.infer<typeof enrolmentTokenListQuerySchema>;
export type ListEnrolmentTokensResult = z.infer<typeof enrolmentTokenPageSchema>;

/** Enrolment tokens, newest first. */
export class ListEnrolmentTokensQuery extends Query<ListEnrolmentTokensResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListEnrolmentTokensParams,
  ) {
    super();
  }
}

export function listEnrolmentTokensSql(principal: Principal, { cursor, limit }: ListEnrolmentTokensParams) {
  const sites = visibleSites(principal);
  const key = readKeyCursor(cursor);
  return build
    .selectFrom('enrolmentTokens')
    .selectAll()
    .$if(sites !== undefined, (query) => query.where('site', 'in', sites ?? []))
    .$if(key !== undefined, (query) => query.where('key', '<', key ?? 0))
    .orderBy('key', 'desc')
    .limit(limit + 1);
}

function stateOf({ revokedAt, expiresAt, uses, maxUses }: EnrolmentTokensTable, now: number): EnrolmentTokenView['state'] {
  if (revokedAt !== null) return 'revoked';
  if (now >= Date.parse(expiresAt)) return 'expired';
  return uses < maxUses ? 'usable' : 'used-up';
}

export function listEnrolmentTokens(db: Reader, principal: Principal, params: ListEnrolmentTokensParams, now: number): ListEnrolmentTokensResult {
  return answerAt(db, (position) => {
    const { rows, nextCursor } = cutPage(db.all(listEnrolmentTokensSql(principal, params)), params.limit, ({ key }) => [key]);
    const items = rows.map(({ key: _key, ...row }) => ({ ...row, approval: row.approval === 1, state: stateOf({ key: _key, ...row }, db.asOf ?? now) }));
    return { items, nextCursor, position };
  });
}

@QueryHandler(ListEnrolmentTokensQuery)
export class ListEnrolmentTokensHandler implements IQueryHandler<ListEnrolmentTokensQuery> {
  constructor(
    private readonly fold: FoldClient,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, params }: ListEnrolmentTokensQuery): Promise<ListEnrolmentTokensResult> {
    return listEnrolmentTokens(await this.fold.readerFor(params), principal, params, this.clock.now());
  }
}
