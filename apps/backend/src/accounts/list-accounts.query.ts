import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { accountListQuerySchema, accountPageSchema } from '@kanade/contracts';
import { searchText, sql } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readTextCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { accountRows, accountView } from './account-view.ts';
import type { Principal } from './principal.ts';

export type ListAccountsParams = z.infer<typeof accountListQuerySchema>;
export type ListAccountsResult = z.infer<typeof accountPageSchema>;

/** Accounts by name. */
export class ListAccountsQuery extends Query<ListAccountsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListAccountsParams,
  ) {
    super();
  }
}

export function listAccountsSql({ search, cursor, limit }: ListAccountsParams) {
  let query = accountRows();
  if (search !== undefined && search !== '') query = query.where(sql<boolean>`instr(lower(${sql.ref('username')}), ${searchText(search)}) > 0`);
  const [after] = readTextCursor(cursor, 1)?.texts ?? [];
  if (after !== undefined) query = query.where('username', '>', after);
  return query.orderBy('username').orderBy('key').limit(limit + 1);
}

export function listAccounts(db: Reader, params: ListAccountsParams): ListAccountsResult {
  return answerAt(db, (position) => {
    const { rows, nextCursor } = cutPage(db.all(listAccountsSql(params)), params.limit, (row) => [row.username, row.key]);
    return { items: rows.map(accountView), nextCursor, position };
  });
}

@QueryHandler(ListAccountsQuery)
export class ListAccountsHandler implements IQueryHandler<ListAccountsQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ params }: ListAccountsQuery): Promise<ListAccountsResult> {
    return listAccounts(await this.fold.readerFor(params), params);
  }
}
