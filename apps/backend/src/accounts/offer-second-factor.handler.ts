import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import type { secondFactorOfferSchema } from '@kanade/contracts';
import type { z } from 'zod';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { AccountRecords } from './account-records.ts';
import { OfferSecondFactorCommand } from './own-account.commands.ts';
import { SecondFactors } from './second-factors.ts';
import { SignInCheck } from './sign-in-check.ts';

const offerMs = 10 * 60_000;

@CommandHandler(OfferSecondFactorCommand)
export class OfferSecondFactorHandler implements ICommandHandler<OfferSecondFactorCommand> {
  constructor(
    private readonly clock: Clock,
    private readonly check: SignInCheck,
    private readonly accounts: AccountRecords,
    private readonly secondFactors: SecondFactors,
  ) {}

  async execute({ own: { identity, visitor }, password }: OfferSecondFactorCommand): Promise<z.infer<typeof secondFactorOfferSchema>> {
    const { username } = identity.principal;
    const account = await this.check.provePassword(username, password, visitor.address);
    if (account.secondFactor !== null) throw new DomainError('second-factor-active', 'this account has a second factor already; disable it before you set up another');
    const { secret, uri, sealedSecret } = this.secondFactors.offer(account);
    const expiresAt = new Date(this.clock.now() + offerMs).toISOString();
    await this.accounts.change(username, (record) => ({ ...record, offer: { sealedSecret, sessionId: identity.sessionId, expiresAt } }));
    return { secret, uri, expiresAt };
  }
}
