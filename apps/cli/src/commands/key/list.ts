import { Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { runOperationsTool } from '../../operations-tool.ts';
import { dataDirArgs } from '../backup.ts';

export class KeyList extends BaseCommand {
  static override readonly summary = 'List the keys of the installation on this machine that can be replaced, and earlier ones that still count.';
  static override readonly description = 'Public halves only. What a lost or stolen one means is in docs/security.md.';
  static override readonly flags = { 'data-dir': Flags.string({ description: 'the installation’s data directory', env: 'KANADE_DATA_DIR' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(KeyList);
    await runOperationsTool(this.config.root, ['key', 'list', ...dataDirArgs(flags['data-dir']), ...(flags.json ? ['--json'] : [])]);
  }
}
