import { Flags } from '@oclif/core';
import { listExecutions } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { describeCounts, describeState, describeWhat } from '../../render/execution.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class ExecutionList extends BaseCommand {
  static override readonly summary = 'List executions, the newest first.';
  static override readonly flags = {
    ...pageFlags,
    state: Flags.option({ options: ['running', 'succeeded', 'failed', 'cancelled'] as const, description: 'only those in this state' })(),
    job: Flags.string({ description: 'only those of this job' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ExecutionList);
    this.connect(flags);
    const page = await listExecutions({
      ...pageOf(flags),
      ...(flags.state === undefined ? {} : { state: flags.state }),
      ...(flags.job === undefined ? {} : { jobId: flags.job }),
    });
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'EXECUTION', value: (execution) => execution.id },
        { title: 'STATE', value: describeState },
        { title: 'WHAT', value: describeWhat },
        { title: 'RUNS', value: describeCounts },
        { title: 'REQUESTED', value: (execution) => formatTime(execution.requestedAt) },
        { title: 'BY', value: (execution) => execution.requestedBy ?? '-' },
      ]),
    );
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
