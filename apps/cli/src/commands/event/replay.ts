import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { runOperationsTool } from '../../operations-tool.ts';

export class EventReplay extends BaseCommand {
  static override readonly summary = 'Fold an export of everything into a read model of its own, and say what is in it.';
  static override readonly description =
    'Takes an export from the beginning (kanade event export FILE), up to any moment with --to. No broker and no backend is asked or told. What scripts printed is not in an export.';
  static override readonly examples = ['<%= config.bin %> event replay record.ndjson --keys keys.json --show endpoints'];
  static override readonly args = { file: Args.string({ required: true, description: 'an export of everything' }) };
  static override readonly flags = {
    dir: Flags.string({ description: 'an empty or new folder for the read model; FILE.replay when absent' }),
    keys: Flags.string({ description: 'the file that kanade key export made: control events are held against it' }),
    show: Flags.option({ options: ['endpoints', 'executions', 'runs', 'poison'] as const, description: 'print these, one JSON document a line' })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EventReplay);
    const file = resolve(args.file);
    const keys = flags.keys === undefined ? [] : ['--keys', resolve(flags.keys)];
    const show = flags.show === undefined ? [] : ['--show', flags.show];
    await runOperationsTool(this.config.root, ['event', 'replay', file, '--dir', resolve(flags.dir ?? `${file}.replay`), ...keys, ...show, ...(flags.json ? ['--json'] : [])]);
  }
}
