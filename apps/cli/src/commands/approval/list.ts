import { Flags } from '@oclif/core';
import { listExecutions } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { describeWhat } from '../../render/execution.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class ApprovalList extends BaseCommand {
  static override readonly summary = 'List executions that wait for somebody’s approval, or that were decided so, the newest first.';
  static override readonly flags = {
    ...pageFlags,
    state: Flags.option({ options: ['waiting', 'approved', 'denied', 'expired', 'withdrawn'] as const, default: 'waiting', description: 'what became of them' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ApprovalList);
    this.connect(flags);
    const page = await listExecutions({ ...pageOf(flags), approval: flags.state });
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'EXECUTION', value: ({ id }) => id },
        { title: 'STATE', value: ({ approval }) => approval?.state ?? '-' },
        { title: 'WHAT', value: describeWhat },
        { title: 'ENDPOINTS', value: ({ targetCount }) => String(targetCount), align: 'right' },
        { title: 'ASKED BY', value: ({ requestedBy }) => requestedBy ?? '-' },
        { title: 'UNTIL', value: ({ approval }) => formatTime(approval?.until ?? null) },
        { title: 'DECIDED BY', value: ({ approval }) => approval?.decidedBy ?? '-' },
      ]),
    );
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
