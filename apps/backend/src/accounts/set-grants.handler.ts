import { administersAll, decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { accountHistoryKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { SetGrantsCommand } from './account.commands.ts';
import type { Accepted } from './account.commands.ts';
import { AccountRecords } from './account-records.ts';
import { Administrators } from './administrators.ts';
import { Authenticator } from './authenticator.ts';
import { KnownSites } from '../sites/known-sites.ts';
import { sitesOf } from './sites-of-grants.ts';

@CommandHandler(SetGrantsCommand)
export class SetGrantsHandler implements ICommandHandler<SetGrantsCommand> {
  constructor(
    private readonly sites: KnownSites,
    private readonly accounts: AccountRecords,
    private readonly administrators: Administrators,
    private readonly authenticator: Authenticator,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, username, grants }: SetGrantsCommand): Promise<Accepted> {
    await this.sites.check(principal, sitesOf(grants));
    const { accountId, disabled, grants: before } = await this.accounts.get(username);
    const counts = !disabled && administersAll(grants);
    const otherAdministrators = counts || disabled || !administersAll(before) || (await this.administrators.leave(accountId));
    const { position } = await this.log.decide(accountHistoryKind, accountId, {
      principal,
      decide: (state) => decideAccount({ type: 'set-grants', accountId, grants, otherAdministrators }, state),
    });
    const changed = await this.accounts.change(username, (record) => ({ ...record, grants: [...grants] }));
    // Last, and whenever it holds: whoever may not be able to is never counted on.
    if (changed?.disabled === false && administersAll(changed.grants)) await this.administrators.join(accountId);
    this.authenticator.forget();
    return { position };
  }
}
