import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { ResetAccountCommand } from './account.commands.ts';
import { AccountRecords, ofProvider } from './account-records.ts';
import { PasswordLinks } from './password-links.ts';
import type { PasswordLink } from './password-links.ts';

@CommandHandler(ResetAccountCommand)
export class ResetAccountHandler implements ICommandHandler<ResetAccountCommand> {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly links: PasswordLinks,
  ) {}

  async execute({ principal, username, removeSecondFactor }: ResetAccountCommand): Promise<PasswordLink> {
    const account = await this.accounts.get(username);
    // A password would be a way in that the provider knows nothing of.
    if (account.provider !== null) throw ofProvider(username, 'how its holder signs in');
    return this.links.make(principal, account, { reason: 'reset', removeSecondFactor });
  }
}
