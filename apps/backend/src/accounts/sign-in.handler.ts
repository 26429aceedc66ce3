import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { accountPrincipal } from './principal.ts';
import type { OpenedFor } from './session-answers.ts';
import { Sessions } from './sessions.ts';
import { SignInCheck } from './sign-in-check.ts';
import { SignInCommand } from './sign-in.command.ts';

@CommandHandler(SignInCommand)
export class SignInHandler implements ICommandHandler<SignInCommand> {
  constructor(
    private readonly check: SignInCheck,
    private readonly sessions: Sessions,
    private readonly log: ControlLog,
  ) {}

  async execute({ credentials, visitor }: SignInCommand): Promise<OpenedFor> {
    const account = await this.check.check(credentials, visitor);
    const opened = await this.sessions.open(account, visitor);
    const { accountId } = account;
    const { sessionId } = opened.session;
    await this.log.decide(accountKind, accountId, {
      principal: accountPrincipal(account, visitor),
      decide: (state) => decideAccount({ type: 'sign-in', accountId, sessionId, interface: 'console' }, state),
    });
    return { ...opened, account };
  }
}
