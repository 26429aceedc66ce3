import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { runOperationsTool } from '../../operations-tool.ts';
import { dataDirArgs } from '../backup.ts';

export class KeyRetire extends BaseCommand {
  static override readonly summary = 'End earlier keys that still count, on the machine of the installation.';
  static override readonly description = 'For what was replaced and turns out to be stolen. Whoever holds credentials by an earlier key is disconnected; agents ask for new ones by themselves.';
  static override readonly strict = false;
  static override readonly args = { key: Args.string({ required: true, description: 'a key as kanade key list calls it, or all; more may follow' }) };
  static override readonly flags = { 'data-dir': Flags.string({ description: 'the installation’s data directory', env: 'KANADE_DATA_DIR' }) };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(KeyRetire);
    await runOperationsTool(this.config.root, ['key', 'retire', ...argv.map(String), ...dataDirArgs(flags['data-dir']), ...(flags.json ? ['--json'] : [])]);
  }
}
