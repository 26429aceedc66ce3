import { enableAccount } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { userArgs } from '../../grants.ts';

export class UserEnable extends BaseCommand {
  static override readonly summary = 'Let a user in again.';
  static override readonly args = userArgs;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserEnable);
    this.connect(flags);
    const result = await enableAccount(args.name);
    this.print(flags, { username: args.name, ...result }, () => `${args.name} is enabled.`);
  }
}
