import { Args, Flags } from '@oclif/core';
import { cancelExecution } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class ExecutionCancel extends BaseCommand {
  static override readonly summary = 'Cancel an execution: what waits never starts, what runs is stopped.';
  static override readonly args = { execution: Args.string({ required: true, description: 'its id' }) };
  static override readonly flags = { run: Flags.string({ multiple: true, multipleNonGreedy: true, description: 'only this run; may be repeated' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ExecutionCancel);
    this.connect(flags);
    const result = await cancelExecution(args.execution, flags.run === undefined ? {} : { runIds: flags.run });
    this.print(flags, { executionId: args.execution, ...result }, () => `Cancellation of ${args.execution} requested.`);
  }
}
