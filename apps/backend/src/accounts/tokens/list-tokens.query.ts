import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { tokenListSchema } from '@kanade/contracts';
import type { z } from 'zod';
import { AccountRecords } from '../account-records.ts';
import type { Principal } from '../principal.ts';
import { Tokens, tokenView } from './tokens.ts';

export type ListTokensResult = z.infer<typeof tokenListSchema>;

/** The tokens that count now, of one account or of all; when they were last used is in no event, and so in no read model. */
export class ListTokensQuery extends Query<ListTokensResult> {
  constructor(
    readonly principal: Principal,
    readonly username: string | undefined,
  ) {
    super();
  }
}

@QueryHandler(ListTokensQuery)
export class ListTokensHandler implements IQueryHandler<ListTokensQuery> {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly tokens: Tokens,
  ) {}

  async execute({ username }: ListTokensQuery): Promise<ListTokensResult> {
    const owners = username === undefined ? await this.accounts.all() : [await this.accounts.get(username)];
    return { items: (await this.tokens.list(owners.filter(({ disabled }) => !disabled))).map(tokenView) };
  }
}
