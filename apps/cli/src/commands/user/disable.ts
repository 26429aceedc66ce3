import { disableAccount } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { userArgs } from '../../grants.ts';

export class UserDisable extends BaseCommand {
  static override readonly summary = 'Let a user in no more: sessions end, tokens stop working; the history stays.';
  static override readonly args = userArgs;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserDisable);
    this.connect(flags);
    const result = await disableAccount(args.name);
    this.print(flags, { username: args.name, ...result }, () => `${args.name} is disabled.`);
  }
}
