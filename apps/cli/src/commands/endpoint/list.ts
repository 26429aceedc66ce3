import { Flags } from '@oclif/core';
import { listEndpoints } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { describeName, describeStatus } from '../../render/endpoint.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

const sorts = ['name', '-name', 'status', '-status', 'enrolledAt', '-enrolledAt'] as const;

export class EndpointList extends BaseCommand {
  static override readonly summary = 'List the endpoints.';
  static override readonly examples = ['<%= config.bin %> endpoint list --status offline', '<%= config.bin %> endpoint list --standing pending', '<%= config.bin %> endpoint list --search web --json'];
  static override readonly flags = {
    ...pageFlags,
    search: Flags.string({ description: 'part of the name or alias, or the beginning of the id' }),
    site: Flags.string({ description: 'only those of this site' }),
    status: Flags.option({ options: ['online', 'offline', 'never-seen'] as const, description: 'only those in this state' })(),
    standing: Flags.option({ options: ['pending', 'active', 'revoked', 'retired', 'all'] as const, description: 'only those that stand so with the fleet; all but the retired unless said' })(),
    sort: Flags.option({ options: sorts, default: 'name', description: 'the order; - before it turns it round' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EndpointList);
    this.connect(flags);
    const { search, site, status, standing, sort } = flags;
    const chosen = { ...(search === undefined ? {} : { search }), ...(site === undefined ? {} : { site }), ...(status === undefined ? {} : { status }), ...(standing === undefined ? {} : { standing }) };
    const page = await listEndpoints({ ...pageOf(flags), sort, ...chosen });
    const now = Date.now();
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'NAME', value: (endpoint) => describeName(endpoint, now) },
        { title: 'STATUS', value: describeStatus },
        { title: 'SITE', value: (endpoint) => endpoint.site },
        { title: 'OS', value: (endpoint) => `${endpoint.os.name} ${endpoint.os.version}` },
        { title: 'AGENT', value: (endpoint) => endpoint.agentVersion },
        { title: 'LAST SEEN', value: (endpoint) => formatTime(endpoint.lastSeenAt) },
        { title: 'ID', value: (endpoint) => endpoint.id },
      ]),
    );
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
