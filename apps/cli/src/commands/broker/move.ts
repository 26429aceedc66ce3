import { readFileSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { moveBroker } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { usageFailure } from '../../failure.ts';
import { resolveEndpoint } from '../../targets.ts';

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'Give the path of a PEM file: --ca FILE');
  }
}

export class BrokerMove extends BaseCommand {
  static override readonly summary = 'Have the fleet, or one endpoint, reach the broker at other addresses or by another authority.';
  static override readonly description =
    'Each endpoint asks the backend by the new way first, and leaves the old one only when it has answered; endpoints that are away now, or enrol later, follow. See how far it is with: kanade broker moves';
  static override readonly examples = [
    '<%= config.bin %> broker move tls://new.example:4222 wss://new.example:443 --ca both.pem',
    '<%= config.bin %> broker move tls://new.example:4222 --ca both.pem --endpoint web-1',
  ];
  static override readonly strict = false;
  static override readonly args = { url: Args.string({ required: true, description: 'an address, the best first; more may follow' }) };
  static override readonly flags = {
    ca: Flags.string({ description: 'file with the authority to pin (PEM, several one after the other); without it one that the endpoint’s system trusts' }),
    endpoint: Flags.string({ description: 'only this endpoint, by name, alias or id: try it with one first' }),
    'drop-old': Flags.boolean({ description: 'forget the old way once the new one has answered, instead of keeping it for need' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(BrokerMove);
    const ca = flags.ca === undefined ? null : readAuthority(flags.ca);
    this.connect(flags);
    const endpointId = flags.endpoint === undefined ? undefined : await resolveEndpoint(flags.endpoint);
    const result = await moveBroker({ ...(endpointId === undefined ? {} : { endpointId }), urls: argv.map(String), ca, keepOld: !flags['drop-old'] });
    this.print(flags, result, () => `Ordered: ${flags.endpoint ?? 'every endpoint'} is to reach the broker at ${result.urls.join(', ')}. See how far it is with: kanade broker moves`);
  }
}
