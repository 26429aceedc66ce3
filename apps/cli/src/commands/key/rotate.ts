import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { runOperationsTool } from '../../operations-tool.ts';
import { dataDirArgs } from '../backup.ts';

export class KeyRotate extends BaseCommand {
  static override readonly summary = 'Put new keys in the place of old ones, on the machine of the installation.';
  static override readonly description =
    'Works while kanade runs: the backend, and for the broker’s keys the broker too, are down for some seconds, agents go on, and nothing is lost. What the old key signed counts for as long as it may be on its way, unless --at-once is given: do that when a key was stolen.';
  static override readonly examples = ['<%= config.bin %> key rotate command control', '<%= config.bin %> key rotate all', '<%= config.bin %> key rotate command --at-once'];
  static override readonly strict = false;
  static override readonly args = { key: Args.string({ required: true, description: 'a key as kanade key list calls it, or all; more may follow' }) };
  static override readonly flags = {
    'at-once': Flags.boolean({ description: 'end the old key, and all before it, with it; commands that wait in queues are refused then' }),
    'data-dir': Flags.string({ description: 'the installation’s data directory', env: 'KANADE_DATA_DIR' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(KeyRotate);
    await runOperationsTool(this.config.root, ['key', 'rotate', ...argv.map(String), ...dataDirArgs(flags['data-dir']), ...(flags['at-once'] ? ['--at-once'] : []), ...(flags.json ? ['--json'] : [])]);
  }
}
