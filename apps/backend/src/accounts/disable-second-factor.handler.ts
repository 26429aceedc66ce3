import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { accountHistoryKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { DisableSecondFactorCommand } from './own-account.commands.ts';
import type { OpenedFor } from './session-answers.ts';
import { SessionRotation } from './session-rotation.ts';
import { SignInCheck } from './sign-in-check.ts';

@CommandHandler(DisableSecondFactorCommand)
export class DisableSecondFactorHandler implements ICommandHandler<DisableSecondFactorCommand> {
  constructor(
    private readonly check: SignInCheck,
    private readonly rotation: SessionRotation,
    private readonly log: ControlLog,
  ) {}

  async execute({ own: { identity, visitor }, password }: DisableSecondFactorCommand): Promise<OpenedFor> {
    const { principal, accountId } = identity;
    await this.check.provePassword(principal.username, password, visitor.address);
    await this.log.decide(accountHistoryKind, accountId, { principal, decide: (state) => decideAccount({ type: 'disable-second-factor', accountId }, state) });
    return this.rotation.change(principal.username, visitor, () => ({ secondFactor: null, offer: null }));
  }
}
