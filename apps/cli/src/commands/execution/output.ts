import { once } from 'node:events';
import { Args, Flags } from '@oclif/core';
import { getRun, getRunOutput } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { usageFailure } from '../../failure.ts';

export class ExecutionOutput extends BaseCommand {
  static override readonly summary = 'Print the whole output of one run, byte for byte.';
  static override readonly examples = ['<%= config.bin %> execution output RUN > out.bin', '<%= config.bin %> execution output RUN --stream stderr'];
  static override readonly args = { run: Args.string({ required: true, description: 'the run’s id' }) };
  static override readonly flags = {
    stream: Flags.option({ options: ['stdout', 'stderr'] as const, default: 'stdout', description: 'which of its streams' })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ExecutionOutput);
    if (flags.json) throw usageFailure('Output is bytes, not JSON.', '`kanade execution show EXECUTION --json` has the beginning of it as text.');
    this.connect(flags);
    const run = await getRun(args.run);
    const total = flags.stream === 'stdout' ? run.stdoutBytes : run.stderrBytes;
    for (let offset = 0; offset < total; ) {
      const bytes = new Uint8Array(await (await getRunOutput(args.run, flags.stream, { offset })).arrayBuffer());
      if (bytes.length === 0) throw new Error(`Only ${offset} of ${total} bytes are still kept.`);
      offset += bytes.length;
      if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
    }
  }
}
