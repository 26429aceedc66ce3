import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { runOperationsTool } from '../../operations-tool.ts';
import { archiveArgs, dataDirArgs } from '../backup.ts';

export class EventRecover extends BaseCommand {
  static override readonly summary = 'Make one sound history of what archive and broker hold together; kanade must be stopped.';
  static override readonly description =
    'For a broker that lost events, or has other ones than were archived. What the broker alone still has is archived first; then its stream is made anew, behind what is kept, as a new incarnation. Look with --dry-run before: it says what is kept, up to which position, and what is lost for good.';
  static override readonly examples = ['<%= config.bin %> event recover --dry-run', '<%= config.bin %> event recover'];
  static override readonly flags = {
    'dry-run': Flags.boolean({ description: 'say what would be kept and what is lost, and change nothing' }),
    'discard-behind-gap': Flags.boolean({ description: 'go on without what lies behind events that are nowhere any more' }),
    'data-dir': Flags.string({ description: 'the data directory', env: 'KANADE_DATA_DIR' }),
    'archive-dir': Flags.string({ description: 'the archive’s directory; archive/ of the data directory when absent', env: 'KANADE_ARCHIVE_DIR' }),
    'checkpoint-file': Flags.string({ description: 'where checkpoints are written, if not in the data directory', env: 'KANADE_CHECKPOINT_FILE' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventRecover);
    const file = flags['checkpoint-file'];
    await runOperationsTool(this.config.root, [
      'event', 'recover', ...archiveArgs(flags['archive-dir']), ...(file === undefined ? [] : ['--checkpoint-file', resolve(file)]), ...(flags['discard-behind-gap'] ? ['--discard-behind-gap'] : []), ...(flags['dry-run'] ? ['--dry-run'] : []),
      ...dataDirArgs(flags['data-dir']), ...(flags.json ? ['--json'] : []),
    ]);
  }
}
