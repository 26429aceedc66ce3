import { getReadModel } from '@kanade/api-client';
import type { ReadModelStatus } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { renderRebuild } from '../../render/rebuild.ts';
import { formatBytes } from '../../render/units.ts';

function render({ number, tables, code, position, sizeBytes, lagEvents, rebuilding, poison, rebuild }: ReadModelStatus): string {
  const lag = lagEvents === 0 ? 'nothing is left to fold' : `${lagEvents} messages are left to fold`;
  return [
    `read model ${number} (tables ${tables}, code ${code}), ${formatBytes(sizeBytes)}, at position ${position}`,
    rebuilding ? `It is still catching up with the history: ${lag}.` : `It has caught up with the history: ${lag}.`,
    poison.count === 0 ? 'There is no poison.' : `poison: ${poison.count}${poison.since === null ? '' : `, the first event at ${poison.since}`}; see it with: kanade read-model poison list`,
    rebuild === null ? 'Nothing is being built beside it.' : renderRebuild(rebuild),
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
