import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { ChangePasswordCommand } from './own-account.commands.ts';
import { Passwords } from './passwords.ts';
import type { OpenedFor } from './session-answers.ts';
import { SessionRotation } from './session-rotation.ts';
import { SignInCheck } from './sign-in-check.ts';

@CommandHandler(ChangePasswordCommand)
export class ChangePasswordHandler implements ICommandHandler<ChangePasswordCommand> {
  constructor(
    private readonly check: SignInCheck,
    private readonly passwords: Passwords,
    private readonly rotation: SessionRotation,
    private readonly log: ControlLog,
  ) {}

  async execute({ own: { identity, visitor }, currentPassword, newPassword }: ChangePasswordCommand): Promise<OpenedFor> {
    const { principal, accountId } = identity;
    const proved = await this.check.provePassword(principal.username, currentPassword, visitor.address);
    const passwordHash = await this.passwords.hash(newPassword);
    await this.log.decide(accountKind, accountId, {
      principal,
      decide: (state) => decideAccount({ type: 'change-password', accountId, means: 'current-password' }, state),
    });
    return this.rotation.change(principal.username, visitor, (record) => (record.passwordHash === proved.passwordHash ? { passwordHash, offer: null } : undefined));
  }
}
