import { Args } from '@oclif/core';
import { assignEndpointSite } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { usageFailure } from '../../failure.ts';
import { resolveEndpoint } from '../../targets.ts';

export class SiteAssign extends BaseCommand {
  static override readonly summary = 'Put endpoints into a site.';
  static override readonly description =
    'Who may see and run things on an endpoint is decided by its site from here on. What it did before stays with the site it did it in, and what already waits for it still runs.';
  static override readonly examples = ['<%= config.bin %> site assign tokyo web-1 web-2'];
  static override readonly strict = false;
  static override readonly args = {
    site: Args.string({ required: true, description: 'the site’s name' }),
    endpoint: Args.string({ required: true, description: 'an endpoint by name, alias or id; more may follow' }),
  };
  static override readonly flags = {};

  async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(SiteAssign);
    const [, ...named] = argv.map(String);
    if (named.length === 0) throw usageFailure('No endpoint.', `Name one: kanade site assign ${args.site} NAME`);
    this.connect(flags);
    // All names first: nothing is changed when one of them is wrong.
    const ids = await Promise.all([...new Set(named)].map((one) => resolveEndpoint(one)));
    const items = await Promise.all([...new Set(ids)].map(async (endpointId) => ({ endpointId, ...(await assignEndpointSite(endpointId, { site: args.site })) })));
    this.print(flags, { site: args.site, items }, () => items.map(({ endpointId }) => `${endpointId} belongs to ${args.site}.`).join('\n'));
  }
}
