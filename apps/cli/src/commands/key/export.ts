import { Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { runOperationsTool } from '../../operations-tool.ts';
import { dataDirArgs } from '../backup.ts';

export class KeyExport extends BaseCommand {
  static override readonly summary = 'Print the public keys that auditors check exports of events with.';
  static override readonly description = 'Works on the installation on this machine; nothing in it is secret. What it vouches for is worth as much as the way it is handed on.';
  static override readonly examples = ['<%= config.bin %> key export > keys.json'];
  static override readonly flags = { 'data-dir': Flags.string({ description: 'the installation’s data directory', env: 'KANADE_DATA_DIR' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(KeyExport);
    await runOperationsTool(this.config.root, ['key', 'export', ...dataDirArgs(flags['data-dir'])]);
  }
}
