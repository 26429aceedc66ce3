import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { runOperationsTool } from '../operations-tool.ts';
import { dataDirArgs } from './backup.ts';

export class Restore extends BaseCommand {
  static override readonly summary = 'Restore a backup into an empty data directory, as a new incarnation of the history.';
  static override readonly args = { dir: Args.string({ required: true, description: 'the folder `kanade backup` wrote' }) };
  static override readonly flags = {
    'data-dir': Flags.string({ description: 'the data directory to restore into', env: 'KANADE_DATA_DIR' }),
    'agents-of': Flags.string({ description: 'the old data directory, whose agents move into the restored one and stay the endpoints they were' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Restore);
    const agents = flags['agents-of'] === undefined ? [] : ['--agents-of', resolve(flags['agents-of'])];
    await runOperationsTool(this.config.root, ['restore', resolve(args.dir), ...dataDirArgs(flags['data-dir']), ...agents, ...(flags.json ? ['--json'] : [])]);
  }
}
