import { Flags } from '@oclif/core';
import { resetAccount } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { linkAddress, linkAdvice, userArgs } from '../../grants.ts';

export class UserReset extends BaseCommand {
  static override readonly summary = 'End a user’s password and sessions; the answer is a link with which they set a new one, shown once.';
  static override readonly args = userArgs;
  static override readonly flags = {
    'second-factor': Flags.boolean({ description: 'remove the second factor too: for who lost both the authenticator and the recovery codes' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserReset);
    const { url } = this.connect(flags);
    const made = await resetAccount(args.name, { removeSecondFactor: flags['second-factor'] });
    const link = linkAddress(url, made);
    this.print(flags, { ...made, link }, () => link);
    if (!flags.json) this.tell(linkAdvice(made));
  }
}
