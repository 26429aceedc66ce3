import { createAccount } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { linkAddress, linkAdvice, readGrant, roleFlags, userArgs } from '../../grants.ts';

export class UserCreate extends BaseCommand {
  static override readonly summary = 'Make a user; the answer is a link with which they set their password, shown once.';
  static override readonly examples = ['<%= config.bin %> user create hana --role operator@tokyo,osaka', '<%= config.bin %> user create ren --role viewer --role auditor'];
  static override readonly args = userArgs;
  static override readonly flags = roleFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserCreate);
    const grants = flags.role.map(readGrant);
    const { url } = this.connect(flags);
    const made = await createAccount({ username: args.name, grants });
    const link = linkAddress(url, made);
    this.print(flags, { ...made, link }, () => link);
    if (!flags.json) this.tell(linkAdvice(made));
  }
}
