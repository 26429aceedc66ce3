import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { EndAccountSessionsCommand } from './account.commands.ts';
import type { Accepted } from './account.commands.ts';
import { AccountRecords } from './account-records.ts';
import { Authenticator } from './authenticator.ts';
import { Sessions } from './sessions.ts';

@CommandHandler(EndAccountSessionsCommand)
export class EndAccountSessionsHandler implements ICommandHandler<EndAccountSessionsCommand> {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly authenticator: Authenticator,
    private readonly sessions: Sessions,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, username }: EndAccountSessionsCommand): Promise<Accepted> {
    const { accountId } = await this.accounts.get(username);
    const { position } = await this.log.decide(accountKind, accountId, {
      principal,
      decide: (state) => decideAccount({ type: 'end-sessions', accountId, sessionIds: null }, state),
    });
    const changed = await this.accounts.change(username, (record) => ({ ...record, epoch: record.epoch + 1 }));
    this.authenticator.forget();
    if (changed !== undefined) await this.sessions.sweep(changed);
    return { position };
  }
}
