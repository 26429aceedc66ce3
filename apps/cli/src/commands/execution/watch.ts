import { Args } from '@oclif/core';
import { getExecution } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { ExecutionWait } from '../../run/wait-for-execution.ts';
import { WaitReporter } from '../../run/wait-reporter.ts';
import { watchExecution } from '../../run/watch-execution.ts';

export class ExecutionWatch extends BaseCommand {
  static override readonly summary = 'Wait for an execution as `run` does, from its first byte of output to its last run.';
  static override readonly args = { execution: Args.string({ required: true, description: 'its id' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ExecutionWatch);
    const profile = this.connect(flags);
    const execution = await getExecution(args.execution);
    const { json } = flags;
    const reporter = new WaitReporter({ quiet: json });
    const wait = new ExecutionWait(profile, reporter);
    try {
      reporter.begin(execution.id, execution.targetCount);
      process.exitCode = await watchExecution(this, { wait, reporter, executionId: execution.id, json });
    } finally {
      wait.close();
      reporter.close();
    }
  }
}
