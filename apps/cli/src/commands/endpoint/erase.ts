import { Args, Flags } from '@oclif/core';
import { eraseEndpoint } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EndpointErase extends BaseCommand {
  static override readonly summary = 'Erase a retired endpoint’s data: output of its runs, inventory, samples and names.';
  static override readonly description = 'The history keeps that it was there, and who erased its data, and why. Events that name it stay in the record and are not shown. Backups made before hold everything still.';
  static override readonly args = { endpoint: Args.string({ required: true, description: 'its name, alias or id' }) };
  static override readonly flags = { reason: Flags.string({ description: 'why; it stays in the history, so it names nothing that should go', required: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EndpointErase);
    this.connect(flags);
    const id = await resolveEndpoint(args.endpoint);
    const result = await eraseEndpoint(id, { reason: flags.reason });
    this.print(flags, { endpointId: id, ...result }, () => `The data of ${id} is being erased.`);
  }
}
