import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { SetGrantsCommand } from './account.commands.ts';
import type { Accepted } from './account.commands.ts';
import { AccountGrants } from './account-grants.ts';
import { AccountRecords, ofProvider } from './account-records.ts';
import { KnownSites } from '../sites/known-sites.ts';
import { sitesOf } from './sites-of-grants.ts';

@CommandHandler(SetGrantsCommand)
export class SetGrantsHandler implements ICommandHandler<SetGrantsCommand> {
  constructor(
    private readonly sites: KnownSites,
    private readonly accounts: AccountRecords,
    private readonly grants: AccountGrants,
  ) {}

  async execute({ principal, username, grants }: SetGrantsCommand): Promise<Accepted> {
    await this.sites.check(principal, sitesOf(grants));
    const account = await this.accounts.get(username);
    if (account.provider !== null) throw ofProvider(username, 'the roles');
    return { position: await this.grants.give(principal, account, grants) };
  }
}
