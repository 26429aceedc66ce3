import { Args } from '@oclif/core';
import { getExecution } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pastFlags } from '../../past-flags.ts';
import { describeCounts, describeState } from '../../render/execution.ts';
import { renderTable } from '../../render/table.ts';
import { formatBytes, formatDuration, formatTime } from '../../render/units.ts';
import { fetchResult } from '../../run/execution-result.ts';

export class ExecutionShow extends BaseCommand {
  static override readonly summary = 'Show one execution: every run with its state and the beginning of its output.';
  static override readonly args = { execution: Args.string({ required: true, description: 'its id' }) };
  static override readonly flags = { ...pastFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ExecutionShow);
    this.connect(flags);
    const result = await fetchResult(args.execution);
    if (flags.json) {
      this.log(JSON.stringify(result, null, 2));
      return;
    }
    const execution = await getExecution(args.execution);
    this.log(`${execution.id}  ${describeState(execution)}: ${describeCounts(execution)}`);
    this.log(`requested ${formatTime(execution.requestedAt)} by ${execution.requestedBy ?? 'somebody (recovered)'}, ended ${formatTime(execution.endedAt)}\n`);
    if (execution.incompleteSince !== null) this.log(`incomplete since ${execution.incompleteSince}, an event that could not be folded; see kanade read-model poison show ${execution.incompleteSince}\n`);
    this.log(
      renderTable(result.runs, [
        { title: 'ENDPOINT', value: (run) => run.endpointName },
        { title: 'STATE', value: (run) => run.state },
        { title: 'EXIT', value: (run) => (run.exitCode === null ? '-' : String(run.exitCode)), align: 'right' },
        { title: 'TIME', value: (run) => formatDuration(run.durationMs), align: 'right' },
        { title: 'STDOUT', value: (run) => sizeOf(run, run.stdoutBytes), align: 'right' },
        { title: 'STDERR', value: (run) => sizeOf(run, run.stderrBytes), align: 'right' },
        { title: 'RUN', value: (run) => run.runId },
        { title: 'REASON', value: (run) => run.reason?.message ?? '' },
      ]),
    );
    if (result.runs.length > 0) this.tell('\nOutput: kanade execution output RUN');
  }
}

function sizeOf(run: { readonly outputState: string }, bytes: number): string {
  return run.outputState === 'erased' ? 'erased' : formatBytes(bytes);
}
