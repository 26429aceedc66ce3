import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { accountKind } from '../../history/aggregates.ts';
import { ControlLog } from '../../history/control-log.ts';
import { accountPrincipal } from '../principal.ts';
import { SignInCheck } from '../sign-in-check.ts';
import { CreateSessionTokenCommand } from './create-session-token.command.ts';
import type { CreateTokenResult } from './create-session-token.command.ts';
import { lifetimeOf } from './token-lifetime.ts';
import { TokenMaker } from './token-maker.ts';

@CommandHandler(CreateSessionTokenCommand)
export class CreateSessionTokenHandler implements ICommandHandler<CreateSessionTokenCommand> {
  constructor(
    private readonly check: SignInCheck,
    private readonly maker: TokenMaker,
    private readonly log: ControlLog,
  ) {}

  async execute({ request, origin }: CreateSessionTokenCommand): Promise<CreateTokenResult> {
    const lifetimeMs = lifetimeOf(request.expiresIn);
    const owner = await this.check.check(request, origin);
    const principal = accountPrincipal(owner, origin);
    const made = await this.maker.make(principal, { owner, name: request.name, scopes: null, lifetimeMs });
    const { accountId } = owner;
    await this.log.decide(accountKind, accountId, {
      principal,
      decide: (state) => decideAccount({ type: 'sign-in', accountId, sessionId: made.tokenId, interface: 'cli' }, state),
    });
    return made;
  }
}
