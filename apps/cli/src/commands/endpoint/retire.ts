import { Args } from '@oclif/core';
import { retireEndpoint } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EndpointRetire extends BaseCommand {
  static override readonly summary = 'Let an endpoint leave the fleet: cut off, no longer listed, its history kept.';
  static override readonly args = { endpoint: Args.string({ required: true, description: 'its name, alias or id' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EndpointRetire);
    this.connect(flags);
    const id = await resolveEndpoint(args.endpoint);
    const result = await retireEndpoint(id);
    this.print(flags, { endpointId: id, ...result }, () => `${args.endpoint} (${id}) is retired; kanade endpoint list --standing retired shows it.`);
  }
}
