import { Flags } from '@oclif/core';
import { sealArchive } from '@kanade/api-client';
import { BaseCommand } from '../../../base-command.ts';
import { formatBytes, formatCount } from '../../../render/units.ts';

export class EventArchiveSeal extends BaseCommand {
  static override readonly summary = 'Have the beginning of the record verified in the archive, and its manifest countersigned.';
  static override readonly description =
    'Every event is read and held against what was verified when it was recorded. Only what is sealed may be dropped from the broker: kanade event archive drop. It stands in the audit who sealed what.';
  static override readonly examples = ['<%= config.bin %> event archive seal', '<%= config.bin %> event archive seal --through 1a2b3c4d:1000000'];
  static override readonly flags = { through: Flags.string({ description: 'up to this position; everything that is archived and verified when absent' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventArchiveSeal);
    this.connect(flags);
    const result = await sealArchive(flags.through === undefined ? {} : { through: flags.through });
    this.print(flags, result, ({ seal }) => `Sealed through ${seal.incarnation}:${seal.size}: ${formatCount(seal.segments, 'segment')}, ${formatBytes(seal.bytes)}, root ${seal.root}, signed by ${seal.key}.`);
  }
}
