import { endAccountSessions } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { userArgs } from '../../grants.ts';

export class UserSignOut extends BaseCommand {
  static override readonly summary = 'Sign a user out everywhere.';
  static override readonly args = userArgs;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserSignOut);
    this.connect(flags);
    const result = await endAccountSessions(args.name);
    this.print(flags, { username: args.name, ...result }, () => `${args.name} is signed out everywhere.`);
  }
}
