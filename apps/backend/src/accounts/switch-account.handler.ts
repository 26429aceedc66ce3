import { administersAll, decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { accountHistoryKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { SwitchAccountCommand } from './account.commands.ts';
import type { Accepted } from './account.commands.ts';
import { AccountRecords } from './account-records.ts';
import { Administrators } from './administrators.ts';
import { Authenticator } from './authenticator.ts';
import { Sessions } from './sessions.ts';

@CommandHandler(SwitchAccountCommand)
export class SwitchAccountHandler implements ICommandHandler<SwitchAccountCommand> {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly administrators: Administrators,
    private readonly authenticator: Authenticator,
    private readonly sessions: Sessions,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, username, to }: SwitchAccountCommand): Promise<Accepted> {
    const { accountId, grants } = await this.accounts.get(username);
    const otherAdministrators = to === 'enabled' || !administersAll(grants) || (await this.administrators.leave(accountId));
    const { position } = await this.log.decide(accountHistoryKind, accountId, {
      principal,
      decide: (state) => decideAccount(to === 'disabled' ? { type: 'disable', accountId, otherAdministrators } : { type: 'enable', accountId }, state),
    });
    const changed = await this.accounts.change(username, (record) =>
      to === 'disabled' ? { ...record, disabled: true, epoch: record.epoch + 1, passwordLinkId: null, offer: null } : { ...record, disabled: false },
    );
    this.authenticator.forget();
    if (changed !== undefined && to === 'disabled') await this.sessions.sweep(changed);
    if (changed?.disabled === false && administersAll(changed.grants)) await this.administrators.join(accountId);
    return { position };
  }
}
