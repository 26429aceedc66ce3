import { listSites } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pastFlags } from '../../past-flags.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class SiteList extends BaseCommand {
  static override readonly summary = 'List the sites you may see, with how many endpoints belong to each.';
  static override readonly flags = { ...pastFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(SiteList);
    this.connect(flags);
    const sites = await listSites();
    this.print(flags, sites, () =>
      renderTable(sites.items, [
        { title: 'SITE', value: (site) => site.name },
        { title: 'ENDPOINTS', value: (site) => String(site.endpointCount) },
        { title: 'CREATED', value: (site) => formatTime(site.createdAt) },
        { title: 'BY', value: (site) => site.createdBy ?? '' },
      ]),
    );
  }
}
