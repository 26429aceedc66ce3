import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { accountHistoryKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { AccountRecords } from './account-records.ts';
import { ConfirmSecondFactorCommand } from './own-account.commands.ts';
import type { ConfirmedSecondFactor } from './own-account.commands.ts';
import { SecondFactors } from './second-factors.ts';
import { SessionRotation } from './session-rotation.ts';
import { SignInCheck } from './sign-in-check.ts';

@CommandHandler(ConfirmSecondFactorCommand)
export class ConfirmSecondFactorHandler implements ICommandHandler<ConfirmSecondFactorCommand> {
  constructor(
    private readonly clock: Clock,
    private readonly check: SignInCheck,
    private readonly accounts: AccountRecords,
    private readonly secondFactors: SecondFactors,
    private readonly rotation: SessionRotation,
    private readonly log: ControlLog,
  ) {}

  async execute({ own: { identity, visitor }, code }: ConfirmSecondFactorCommand): Promise<ConfirmedSecondFactor> {
    const { principal, accountId, sessionId } = identity;
    const { username } = principal;
    this.check.assertMayTry(username, visitor.address);
    const account = await this.accounts.get(username);
    const { offer } = account;
    if (offer?.sessionId !== sessionId || Date.parse(offer.expiresAt) <= this.clock.now()) {
      throw new DomainError('second-factor-failed', 'there is no second factor to confirm; begin again with your password');
    }
    const lastStep = this.secondFactors.stepOf(account, offer.sealedSecret, code);
    if (lastStep === undefined) {
      throw this.check.refused(username, visitor.address, account, new DomainError('second-factor-failed', 'the code is wrong; compare the clocks of both devices, and try the next code'));
    }
    const { codes, digests } = this.secondFactors.recoveryCodes();
    await this.log.decide(accountHistoryKind, accountId, { principal, decide: (state) => decideAccount({ type: 'enable-second-factor', accountId }, state) });
    const secondFactor = { sealedSecret: offer.sealedSecret, lastStep, recoveryCodes: digests, enabledAt: this.clock.iso() };
    const opened = await this.rotation.change(username, visitor, (record) =>
      record.offer?.sealedSecret === offer.sealedSecret ? { secondFactor, offer: null } : undefined,
    );
    return { ...opened, answer: { recoveryCodes: codes } };
  }
}
