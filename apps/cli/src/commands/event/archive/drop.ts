import { Flags } from '@oclif/core';
import { BaseCommand } from '../../../base-command.ts';
import { runOperationsTool } from '../../../operations-tool.ts';
import { archiveArgs, dataDirArgs } from '../../backup.ts';

export class EventArchiveDrop extends BaseCommand {
  static override readonly summary = 'Drop from the broker what is sealed in the archive; run it on the machine of the installation.';
  static override readonly description =
    'Takes the administrator’s credential, which lies in the data directory. Refused without a seal that holds: its signature and every file are checked first. Writers wait for a moment. What is dropped is read from the archive from then on: an archive that is lost is lost for good.';
  static override readonly examples = ['<%= config.bin %> event archive drop --through 1a2b3c4d:1000000'];
  static override readonly flags = {
    through: Flags.string({ description: 'up to this position; as much as is sealed when absent' }),
    keep: Flags.integer({ description: 'keep at least so many of the newest events in the broker', default: 100_000, min: 1 }),
    'data-dir': Flags.string({ description: 'the data directory', env: 'KANADE_DATA_DIR' }),
    'archive-dir': Flags.string({ description: 'the archive’s directory; archive/ of the data directory when absent', env: 'KANADE_ARCHIVE_DIR' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventArchiveDrop);
    const through = flags.through === undefined ? [] : ['--through', flags.through];
    await runOperationsTool(this.config.root, [
      'event', 'archive', 'drop', ...archiveArgs(flags['archive-dir']), '--keep', String(flags.keep), ...through, ...dataDirArgs(flags['data-dir']), ...(flags.json ? ['--json'] : []),
    ]);
  }
}
