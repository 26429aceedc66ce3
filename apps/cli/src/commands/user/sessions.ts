import { listAccountSessions } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { userArgs } from '../../grants.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class UserSessions extends BaseCommand {
  static override readonly summary = 'List where a user is signed in.';
  static override readonly args = userArgs;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserSessions);
    this.connect(flags);
    const list = await listAccountSessions(args.name);
    this.print(flags, list, () =>
      renderTable(list.items, [
        { title: 'SIGNED IN', value: (session) => formatTime(session.createdAt) },
        { title: 'LAST USED', value: (session) => formatTime(session.lastUsedAt) },
        { title: 'FROM', value: (session) => session.address ?? '' },
        { title: 'WITH', value: (session) => session.userAgent ?? '' },
      ]),
    );
  }
}
