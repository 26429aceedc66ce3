import { Args, Flags } from '@oclif/core';
import { revokeEndpoint } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EndpointRevoke extends BaseCommand {
  static override readonly summary = 'Cut an endpoint off, connected or not: its commands are withdrawn, its runs end.';
  static override readonly args = { endpoint: Args.string({ required: true, description: 'its name, alias or id' }) };
  static override readonly flags = { reason: Flags.string({ description: 'why, for the history' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EndpointRevoke);
    this.connect(flags);
    const id = await resolveEndpoint(args.endpoint);
    const result = await revokeEndpoint(id, flags.reason === undefined ? {} : { reason: flags.reason });
    this.print(flags, { endpointId: id, ...result }, () => `${args.endpoint} (${id}) is revoked; it is cut off within seconds.`);
  }
}
