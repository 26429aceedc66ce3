import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { ResetAccountCommand } from './account.commands.ts';
import { AccountRecords } from './account-records.ts';
import { PasswordLinks } from './password-links.ts';
import type { PasswordLink } from './password-links.ts';

@CommandHandler(ResetAccountCommand)
export class ResetAccountHandler implements ICommandHandler<ResetAccountCommand> {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly links: PasswordLinks,
  ) {}

  async execute({ principal, username, removeSecondFactor }: ResetAccountCommand): Promise<PasswordLink> {
    return this.links.make(principal, await this.accounts.get(username), { reason: 'reset', removeSecondFactor });
  }
}
