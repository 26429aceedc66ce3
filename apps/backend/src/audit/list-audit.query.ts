import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { formatPosition } from '@kanade/contracts';
import type { auditListQuerySchema, auditPageSchema } from '@kanade/contracts';
import { build, sql } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import { firstPositionFrom } from '../events/position-at-time.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { auditEntry, selectAudit } from './audit-view.ts';

export type ListAuditParams = z.infer<typeof auditListQuerySchema>;
export type ListAuditResult = z.infer<typeof auditPageSchema>;

/** Who did what, newest first. */
export class ListAuditQuery extends Query<ListAuditResult> {
  constructor(readonly params: ListAuditParams) {
    super();
  }
}

/** Positions a time filter leaves: from the first (inclusive) to the last (exclusive). */
export interface AuditRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export function auditRange(db: Reader, { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): AuditRange {
  return {
    from: from === undefined ? undefined : firstPositionFrom(db, Date.parse(from)),
    to: to === undefined ? undefined : firstPositionFrom(db, Date.parse(to) + 1),
  };
}

function ofPrincipal(query: ReturnType<typeof selectAudit>, principal: string) {
  const [kind, id] = principal.split('/');
  if (kind === 'account' && id !== undefined) return query.where('audit.account', '=', id);
  if ((kind === 'token' && id !== undefined) || principal === 'stranger') return query.where('audit.principal', '=', principal);
  return query.where('audit.account', '=', build.selectFrom('accounts as named').select('named.id').where('named.username', '=', principal));
}

export function listAuditSql(params: ListAuditParams, range: AuditRange) {
  const { principal, type, outcome, address, target, search, cursor, limit } = params;
  let query = selectAudit();
  if (principal !== undefined) query = ofPrincipal(query, principal);
  if (type !== undefined) query = query.where('audit.typeKey', '=', build.selectFrom('eventTypes as named').select('named.key').where('named.name', '=', type));
  if (outcome !== undefined) query = query.where('audit.refused', '=', Number(outcome === 'refused'));
  if (params.interface !== undefined) query = query.where('audit.interface', '=', params.interface);
  if (address !== undefined) query = query.where('audit.remoteAddress', '=', address);
  if (target !== undefined) query = query.where('audit.targetId', '=', target);
  if (search !== undefined) query = query.where(sql<number>`instr(${sql.ref('audit.searchText')}, ${search.toLowerCase()})`, '>', 0);
  if (range.from !== undefined) query = query.where('audit.position', '>=', range.from);
  if (range.to !== undefined) query = query.where('audit.position', '<', range.to);
  const before = readKeyCursor(cursor);
  if (before !== undefined) query = query.where('audit.position', '<', before);
  return query.orderBy('audit.position', 'desc').limit(limit + 1);
}

export function listAudit(db: Reader, params: ListAuditParams): ListAuditResult {
  return db.snapshot((place) => {
    const { rows, nextCursor } = cutPage(db.all(listAuditSql(params, auditRange(db, params))), params.limit, (row) => [row.position]);
    return { items: rows.map((row) => auditEntry(row, place.incarnation)), nextCursor, position: formatPosition(place) };
  });
}

@QueryHandler(ListAuditQuery)
export class ListAuditHandler implements IQueryHandler<ListAuditQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ params }: ListAuditQuery): Promise<ListAuditResult> {
    return listAudit(await this.fold.readerFor(params), params);
  }
}
