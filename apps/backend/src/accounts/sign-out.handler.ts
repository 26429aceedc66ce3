import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Broker } from '../broker/broker.ts';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { Authenticator } from './authenticator.ts';
import { recordKeys } from './identity-records.ts';
import { SignOutCommand } from './sign-out.command.ts';

@CommandHandler(SignOutCommand)
export class SignOutHandler implements ICommandHandler<SignOutCommand> {
  constructor(
    private readonly broker: Broker,
    private readonly authenticator: Authenticator,
    private readonly log: ControlLog,
  ) {}

  async execute({ session: { principal, accountId, sessionId, cookie } }: SignOutCommand): Promise<void> {
    await this.broker.get().identities.delete(recordKeys.session(cookie));
    this.authenticator.forget();
    await this.log.decide(accountKind, accountId, { principal, decide: (state) => decideAccount({ type: 'sign-out', accountId, sessionId }, state) });
  }
}
