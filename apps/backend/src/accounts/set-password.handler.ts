import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '../domain-error.ts';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { SetPasswordCommand } from './own-account.commands.ts';
import { PasswordLinks } from './password-links.ts';
import { Passwords } from './passwords.ts';
import { accountPrincipal } from './principal.ts';
import { SignInCheck } from './sign-in-check.ts';

/** Links are guessed at under a name that no account can have. */
const linksOf = ' link';

@CommandHandler(SetPasswordCommand)
export class SetPasswordHandler implements ICommandHandler<SetPasswordCommand> {
  constructor(
    private readonly check: SignInCheck,
    private readonly links: PasswordLinks,
    private readonly passwords: Passwords,
    private readonly log: ControlLog,
  ) {}

  async execute({ token, password, origin }: SetPasswordCommand): Promise<void> {
    const { address: source } = origin;
    this.check.assertMayTry(linksOf, source);
    const link = await this.links.find(token).catch((error: unknown) => {
      throw error instanceof DomainError && error.code === 'password-link-invalid' ? this.check.refused(linksOf, source, undefined, error) : error;
    });
    const account = await this.links.use(token, link, await this.passwords.hash(password));
    const { accountId } = account;
    await this.log.decide(accountKind, accountId, {
      principal: accountPrincipal(account, origin),
      decide: (state) => decideAccount({ type: 'change-password', accountId, means: 'link' }, state),
    });
  }
}
