import { Args, Flags } from '@oclif/core';
import { eraseOutput, getRun } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { usageFailure } from '../../failure.ts';

export class OutputErase extends BaseCommand {
  static override readonly summary = 'Erase what runs printed, for good; the history keeps that they ran, and who erased it, and why.';
  static override readonly description =
    'What of it still lies on an endpoint is erased when it comes. With --execution, also the script with its environment and arguments. Backups made before hold it still.';
  static override readonly examples = ['<%= config.bin %> output erase RUN --reason "asked for by its user"', '<%= config.bin %> output erase --execution EXECUTION --reason "printed a password"'];
  static override readonly strict = false;
  static override readonly args = { run: Args.string({ description: 'a run’s id; several for several runs' }) };
  static override readonly flags = {
    execution: Flags.string({ description: 'all runs of this execution, and what it executed' }),
    reason: Flags.string({ description: 'why; it stays in the history, so it names nothing that should go', required: true }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(OutputErase);
    const runIds = argv.map(String);
    if ((flags.execution === undefined) === (runIds.length === 0)) throw usageFailure('Name runs, or an execution with --execution, and not both.');
    this.connect(flags);
    const { reason } = flags;
    const erased = flags.execution === undefined ? await eraseRuns(runIds, reason) : [{ executionId: flags.execution, ...(await eraseOutput(flags.execution, { reason })) }];
    this.print(flags, { erased }, () => `What ${flags.execution === undefined ? `${runIds.length} run(s)` : `execution ${flags.execution}`} printed is being erased.`);
  }
}

/** Each execution's runs in one request. */
async function eraseRuns(runIds: readonly string[], reason: string): Promise<{ executionId: string; position: string }[]> {
  const runs = await Promise.all(runIds.map((runId) => getRun(runId)));
  const erased = [];
  for (const [executionId, group] of Map.groupBy(runs, (run) => run.executionId)) {
    erased.push({ executionId, ...(await eraseOutput(executionId, { runIds: group.map(({ runId }) => runId), reason })) });
  }
  return erased;
}
