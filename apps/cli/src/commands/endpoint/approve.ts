import { Args } from '@oclif/core';
import { approveEndpoint } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EndpointApprove extends BaseCommand {
  static override readonly summary = 'Let a machine in that enrolled with a token that wants approval.';
  static override readonly args = { endpoint: Args.string({ required: true, description: 'its name, alias or id' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EndpointApprove);
    this.connect(flags);
    const id = await resolveEndpoint(args.endpoint, 'pending');
    const result = await approveEndpoint(id);
    this.print(flags, { endpointId: id, ...result }, () => `${args.endpoint} (${id}) is let in; its agent goes on by itself.`);
  }
}
