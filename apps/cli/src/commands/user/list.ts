import { Flags } from '@oclif/core';
import { listAccounts } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { formatGrants } from '../../grants.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class UserList extends BaseCommand {
  static override readonly summary = 'List the users.';
  static override readonly flags = { ...pageFlags, search: Flags.string({ description: 'part of the name' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(UserList);
    this.connect(flags);
    const page = await listAccounts({ ...pageOf(flags), ...(flags.search === undefined ? {} : { search: flags.search }) });
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'USER', value: (user) => user.username },
        { title: 'ROLES', value: (user) => formatGrants(user.grants) },
        { title: 'STATE', value: (user) => (user.disabledAt !== null ? 'disabled' : user.hasPassword || user.provider !== null ? 'enabled' : 'no password yet') },
        { title: 'SECOND FACTOR', value: (user) => (user.hasSecondFactor ? 'yes' : 'no') },
        { title: 'LAST SIGN-IN', value: (user) => (user.lastSignedInAt === null ? 'never' : formatTime(user.lastSignedInAt)) },
      ]),
    );
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
