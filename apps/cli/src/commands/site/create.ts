import { Args } from '@oclif/core';
import { createSite } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class SiteCreate extends BaseCommand {
  static override readonly summary = 'Make a site, so that endpoints can belong to it and roles can be limited to it.';
  static override readonly examples = ['<%= config.bin %> site create tokyo'];
  static override readonly args = { site: Args.string({ required: true, description: 'its name: small letters, digits and hyphens' }) };
  static override readonly flags = {};

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SiteCreate);
    this.connect(flags);
    const result = await createSite(args.site);
    this.print(flags, { site: args.site, ...result }, () => `There is a site ${args.site}. Put endpoints into it: kanade site assign ${args.site} NAME…, or kanade enrol-token create --site ${args.site}`);
  }
}
