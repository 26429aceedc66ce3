import { listSecrets } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class SecretList extends BaseCommand {
  static override readonly summary = 'List the secrets by name: for which sites, since when, which jobs refer to them; never their values.';
  static override readonly flags = { ...pageFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(SecretList);
    this.connect(flags);
    const page = await listSecrets(pageOf(flags));
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'NAME', value: (secret) => secret.name },
        { title: 'VERSION', value: (secret) => String(secret.version) },
        { title: 'SITES', value: (secret) => (secret.sites === 'all' ? 'all' : secret.sites.join(', ')) },
        { title: 'SET', value: (secret) => formatTime(secret.setAt) },
        { title: 'BY', value: (secret) => secret.setBy },
        { title: 'JOBS', value: (secret) => secret.jobs.join(', ') || '-' },
      ]),
    );
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
