import { Flags } from '@oclif/core';
import { listPoison } from '@kanade/api-client';
import { BaseCommand } from '../../../base-command.ts';
import { pageFlags, pageOf } from '../../../page-flags.ts';
import { poisonStreams } from '../../../poison-streams.ts';
import { renderTable } from '../../../render/table.ts';
import { formatBytes, formatTime } from '../../../render/units.ts';

export class ReadModelPoisonList extends BaseCommand {
  static override readonly summary = 'List what could not be folded, oldest first.';
  static override readonly examples = ['<%= config.bin %> read-model poison list'];
  static override readonly flags = { ...pageFlags, stream: Flags.option({ options: poisonStreams, default: 'events' as const, description: 'of which stream' })() };

  async run(): Promise<void> {
    const { flags } = await this.parse(ReadModelPoisonList);
    this.connect(flags);
    const page = await listPoison({ ...pageOf(flags), stream: flags.stream });
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'POSITION', value: ({ position }) => position },
        { title: 'CODE', value: ({ code }) => code },
        { title: 'RECORDED', value: ({ recordedAt }) => formatTime(recordedAt) },
        { title: 'SIZE', value: ({ size }) => formatBytes(size), align: 'right' },
        { title: 'ENDPOINT', value: ({ endpointId }) => endpointId ?? '-' },
        { title: 'REASON', value: ({ reason }) => reason },
      ]),
    );
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
