import { Args } from '@oclif/core';
import { deleteSite } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class SiteDelete extends BaseCommand {
  static override readonly summary = 'Delete a site that no endpoint, enrolment token or role belongs to any more.';
  static override readonly args = { site: Args.string({ required: true, description: 'its name' }) };
  static override readonly flags = {};

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SiteDelete);
    this.connect(flags);
    const result = await deleteSite(args.site);
    this.print(flags, { site: args.site, ...result }, () => `There is no site ${args.site} any more.`);
  }
}
