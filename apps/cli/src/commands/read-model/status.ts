import { getReadModel } from '@kanade/api-client';
import type { ReadModelStatus } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { renderRebuild } from '../../render/rebuild.ts';
import { renderTable } from '../../render/table.ts';
import { formatBytes, formatTime } from '../../render/units.ts';

function render({ number, tables, code, position, sizeBytes, reusableBytes, rows, looksBackTo, lagEvents, rebuilding, poison, rebuild }: ReadModelStatus): string {
  const lag = lagEvents === 0 ? 'nothing is left to fold' : `${lagEvents} messages are left to fold`;
  return [
    `read model ${number} (tables ${tables}, code ${code}), ${formatBytes(sizeBytes)} (${formatBytes(reusableBytes)} to be used again), at position ${position}`,
    rebuilding ? `It is still catching up with the history: ${lag}.` : `It has caught up with the history: ${lag}.`,
    poison.count === 0 ? 'There is no poison.' : `poison: ${poison.count}${poison.since === null ? '' : `, the first event at ${poison.since}`}; see it with: kanade read-model poison list`,
    looksBackTo === null ? 'The whole history can be looked back over.' : `The past can be looked back to from position ${looksBackTo} on; before it, with: kanade event replay`,
    rebuild === null ? 'Nothing is being built beside it.' : renderRebuild(rebuild),
    '',
    renderTable(rows, [
      { title: 'KIND', value: ({ kind }) => kind },
      { title: 'ROWS', value: ({ count }) => (count === null ? '' : String(count)), align: 'right' },
      { title: 'SIZE', value: ({ bytes }) => (bytes === null ? 'being measured' : formatBytes(bytes)), align: 'right' },
      { title: 'SINCE', value: ({ before }) => (before === null ? 'the beginning' : formatTime(before)) },
    ]),
  ].join('\n');
}

export class ReadModelStatusShow extends BaseCommand {
  static override readonly summary = 'Show which read model answers, what it lacks, and how far one is that is built in its place.';
  static override readonly examples = ['<%= config.bin %> read-model status'];

  async run(): Promise<void> {
    const { flags } = await this.parse(ReadModelStatusShow);
    this.connect(flags);
    this.print(flags, await getReadModel(), render);
  }
}
