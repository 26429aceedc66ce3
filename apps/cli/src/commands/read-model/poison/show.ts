import { Args, Flags } from '@oclif/core';
import { getPoison } from '@kanade/api-client';
import { BaseCommand } from '../../../base-command.ts';
import { poisonStreams } from '../../../poison-streams.ts';
import { oneLine } from '../../../render/table.ts';
import { formatBytes } from '../../../render/units.ts';

export class ReadModelPoisonShow extends BaseCommand {
  static override readonly summary = 'Show one message that could not be folded: why, and its first bytes.';
  static override readonly examples = ['<%= config.bin %> read-model poison show 1a2b3c4d:42'];
  static override readonly args = { position: Args.string({ required: true, description: 'its position, such as 1a2b3c4d:42' }) };
  static override readonly flags = { stream: Flags.option({ options: poisonStreams, default: 'events' as const, description: 'of which stream' })() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ReadModelPoisonShow);
    this.connect(flags);
    const poison = await getPoison(args.position, { stream: flags.stream });
    this.print(flags, poison, () => {
      // Whoever wrote it may have meant it for this terminal.
      const body = poison.text === null ? poison.bytes : poison.text.split('\n').map(oneLine).join('\n');
      return [
        `${poison.position}  ${oneLine(poison.subject)}`,
        `${poison.code}: ${oneLine(poison.reason)}`,
        `recorded ${poison.recordedAt}, ${formatBytes(poison.size)}${poison.endpointId === null ? '' : `, endpoint ${poison.endpointId}`}`,
        '',
        `${poison.text === null ? 'as base64' : 'as text'}${poison.truncated ? ', its beginning only' : ''}:`,
        body,
      ].join('\n');
    });
  }
}
