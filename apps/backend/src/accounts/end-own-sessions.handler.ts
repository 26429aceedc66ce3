import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '../domain-error.ts';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { AccountRecords } from './account-records.ts';
import { Authenticator } from './authenticator.ts';
import { EndOwnSessionsCommand } from './own-account.commands.ts';
import { Sessions } from './sessions.ts';

@CommandHandler(EndOwnSessionsCommand)
export class EndOwnSessionsHandler implements ICommandHandler<EndOwnSessionsCommand> {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly authenticator: Authenticator,
    private readonly sessions: Sessions,
    private readonly log: ControlLog,
  ) {}

  async execute({ identity, which }: EndOwnSessionsCommand): Promise<void> {
    const { principal, accountId } = identity;
    const all = await this.sessions.list(await this.accounts.get(principal.username));
    const chosen = all.filter(({ session }) => (which === 'others' ? session.sessionId !== identity.sessionId : session.sessionId === which.sessionId));
    if (chosen.length === 0 && which !== 'others') throw new DomainError('not-found', `you have no session ${which.sessionId}; it may have ended already`);
    if (chosen.length === 0) return;
    await this.sessions.end(chosen);
    this.authenticator.forget();
    const sessionIds = chosen.map(({ session }) => session.sessionId).slice(0, 1000);
    await this.log.decide(accountKind, accountId, { principal, decide: (state) => decideAccount({ type: 'end-sessions', accountId, sessionIds }, state) });
  }
}
