import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { runOperationsTool } from '../operations-tool.ts';

export class Backup extends BaseCommand {
  static override readonly summary = 'Write one consistent set of history, records, objects and keys into an empty folder.';
  static override readonly description = 'Works on the installation on this machine, also while it runs. The folder will hold keys: keep it safe.';
  static override readonly args = { dir: Args.string({ required: true, description: 'an empty or new folder' }) };
  static override readonly flags = { 'data-dir': Flags.string({ description: 'the installation’s data directory', env: 'KANADE_DATA_DIR' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Backup);
    await runOperationsTool(this.config.root, ['backup', resolve(args.dir), ...dataDirArgs(flags['data-dir']), ...(flags.json ? ['--json'] : [])]);
  }
}

/** The data directory as the tool takes it, made absolute because the tool runs elsewhere. */
export function dataDirArgs(dataDir: string | undefined): string[] {
  return dataDir === undefined ? [] : ['--data-dir', resolve(dataDir)];
}

/** The archive's directory in the same way. */
export function archiveArgs(archiveDir: string | undefined): string[] {
  return archiveDir === undefined ? [] : ['--archive-dir', resolve(archiveDir)];
}
