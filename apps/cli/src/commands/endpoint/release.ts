import { Args } from '@oclif/core';
import { releaseEndpoint } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EndpointRelease extends BaseCommand {
  static override readonly summary = 'Let a held endpoint’s events through again: it was over its budget, or left batches open.';
  static override readonly args = { endpoint: Args.string({ required: true, description: 'its name, alias or id' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EndpointRelease);
    this.connect(flags);
    const id = await resolveEndpoint(args.endpoint);
    const result = await releaseEndpoint(id);
    this.print(flags, { endpointId: id, ...result }, () => `${args.endpoint} (${id}) is released; its events are let through within seconds.`);
  }
}
