import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { accountDetailSchema } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import { answerAt, notFound } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { accountRows, accountView } from './account-view.ts';
import type { Principal } from './principal.ts';

export interface GetAccountParams {
  readonly username: string;
  readonly minPosition?: string | undefined;
  readonly at?: string | undefined;
}
export type GetAccountResult = z.infer<typeof accountDetailSchema>;

/** One account. */
export class GetAccountQuery extends Query<GetAccountResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetAccountParams,
  ) {
    super();
  }
}

export const getAccountSql = (username: string) => accountRows().where('username', '=', username);

export function getAccount(db: Reader, { username }: GetAccountParams): GetAccountResult {
  return answerAt(db, (position) => {
    const row = db.get(getAccountSql(username));
    if (row === undefined) throw notFound('account', username);
    return { ...accountView(row), position };
  });
}

@QueryHandler(GetAccountQuery)
export class GetAccountHandler implements IQueryHandler<GetAccountQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ params }: GetAccountQuery): Promise<GetAccountResult> {
    return getAccount(await this.fold.readerFor(params), params);
  }
}
