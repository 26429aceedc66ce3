import { setAccountGrants } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { formatGrants, readGrant, roleFlags, userArgs } from '../../grants.ts';

export class UserGrant extends BaseCommand {
  static override readonly summary = 'Give a user these roles, and no others.';
  static override readonly examples = ['<%= config.bin %> user grant hana --role operator@tokyo --role viewer'];
  static override readonly args = userArgs;
  static override readonly flags = roleFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserGrant);
    const grants = flags.role.map(readGrant);
    this.connect(flags);
    const result = await setAccountGrants(args.name, { grants });
    this.print(flags, { username: args.name, grants, ...result }, () => `${args.name} has ${formatGrants(grants)}.`);
  }
}
