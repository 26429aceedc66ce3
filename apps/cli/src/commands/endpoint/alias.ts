import { Args, Flags } from '@oclif/core';
import { setEndpointAlias } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { usageFailure } from '../../failure.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EndpointAlias extends BaseCommand {
  static override readonly summary = 'Call an endpoint something of your own, whatever it calls itself.';
  static override readonly examples = ['<%= config.bin %> endpoint alias web-1 "Front desk"', '<%= config.bin %> endpoint alias web-1 --clear'];
  static override readonly args = {
    endpoint: Args.string({ required: true, description: 'its name, alias or id' }),
    alias: Args.string({ description: 'what it is called from now on' }),
  };
  static override readonly flags = { clear: Flags.boolean({ description: 'take the alias away', default: false }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EndpointAlias);
    if ((args.alias === undefined) !== flags.clear) throw usageFailure('Say either an alias or --clear.', 'kanade endpoint alias web-1 "Front desk"');
    this.connect(flags);
    const id = await resolveEndpoint(args.endpoint);
    const result = await setEndpointAlias(id, { alias: args.alias ?? null });
    this.print(flags, { endpointId: id, ...result }, () => (args.alias === undefined ? `${id} has no alias any more.` : `${id} is called ${args.alias}.`));
  }
}
