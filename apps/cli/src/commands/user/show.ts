import { getAccount } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pastFlags } from '../../past-flags.ts';
import { formatGrants, userArgs } from '../../grants.ts';
import { formatTime } from '../../render/units.ts';

export class UserShow extends BaseCommand {
  static override readonly summary = 'Show one user.';
  static override readonly args = userArgs;
  static override readonly flags = { ...pastFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserShow);
    this.connect(flags);
    const user = await getAccount(args.name);
    this.print(flags, user, () =>
      [
        `user           ${user.username}`,
        `id             ${user.accountId}`,
        `roles          ${formatGrants(user.grants)}`,
        `made           ${formatTime(user.createdAt)} by ${user.createdBy}`,
        `disabled       ${user.disabledAt === null ? 'no' : `${formatTime(user.disabledAt)} by ${user.disabledBy ?? ''}`}`,
        `password       ${user.provider === null ? (user.hasPassword ? 'set' : 'not set yet') : `none: ${user.provider} vouches for this user`}`,
        `second factor  ${user.hasSecondFactor ? 'yes' : 'no'}`,
        `last sign-in   ${user.lastSignedInAt === null ? 'never' : formatTime(user.lastSignedInAt)}`,
      ].join('\n'),
    );
  }
}
