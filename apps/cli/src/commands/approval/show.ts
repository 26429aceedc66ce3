import { Args } from '@oclif/core';
import { getExecution, listRuns } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { describeWhat } from '../../render/execution.ts';
import { oneLine } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

/** Names beyond these only make it longer. */
const mostNamed = 20;

export class ApprovalShow extends BaseCommand {
  static override readonly summary = 'Show what an execution would do: its script, its endpoints, and who asked for it.';
  static override readonly args = { execution: Args.string({ required: true, description: 'its id' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ApprovalShow);
    this.connect(flags);
    const execution = await getExecution(args.execution);
    const { items: runs } = await listRuns({ executionId: args.execution, limit: mostNamed });
    const { stringify } = await import('yaml');
    this.print(flags, execution, ({ approval, execute, targetCount, requestedBy, requestedAt }) => {
      const rest = targetCount - runs.length;
      const decidedBy = approval?.decidedBy ?? null;
      const reason = approval?.reason ?? null;
      return [
        `approval       ${approval?.state ?? 'not needed'}`,
        ...(decidedBy === null ? [] : [`decided        ${formatTime(approval?.decidedAt ?? null)} by ${decidedBy}`]),
        ...(reason === null ? [] : [`reason         ${oneLine(reason)}`]),
        `until          ${formatTime(approval?.until ?? null)}`,
        `asked          ${formatTime(requestedAt)} by ${requestedBy ?? '-'}`,
        `what           ${describeWhat(execution)}`,
        `endpoints      ${targetCount}: ${runs.map(({ endpointName }) => oneLine(endpointName)).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
        '',
        execute === null ? '(the script has been erased)' : stringify(execute).trimEnd(),
      ].join('\n');
    });
  }
}
