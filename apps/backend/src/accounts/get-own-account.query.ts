import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { ownAccountSchema } from '@kanade/contracts';
import type { z } from 'zod';
import { AccountRecords } from './account-records.ts';
import type { Principal } from './principal.ts';

export type GetOwnAccountResult = z.infer<typeof ownAccountSchema>;

/** The account of whoever asks. */
export class GetOwnAccountQuery extends Query<GetOwnAccountResult> {
  constructor(readonly principal: Principal) {
    super();
  }
}

@QueryHandler(GetOwnAccountQuery)
export class GetOwnAccountHandler implements IQueryHandler<GetOwnAccountQuery> {
  constructor(private readonly accounts: AccountRecords) {}

  async execute({ principal }: GetOwnAccountQuery): Promise<GetOwnAccountResult> {
    const { accountId, username, provider, grants, secondFactor } = await this.accounts.get(principal.username);
    return { accountId, username, provider: provider?.issuer ?? null, grants, secondFactor: secondFactor && { enabledAt: secondFactor.enabledAt, recoveryCodesLeft: secondFactor.recoveryCodes.length } };
  }
}
