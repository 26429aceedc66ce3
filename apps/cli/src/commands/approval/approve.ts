import { Args } from '@oclif/core';
import { approveExecution } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class ApprovalApprove extends BaseCommand {
  static override readonly summary = 'Let an execution run that somebody else asked for; look at it first with `approval show`.';
  static override readonly args = { execution: Args.string({ required: true, description: 'its id' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ApprovalApprove);
    this.connect(flags);
    const result = await approveExecution(args.execution);
    this.print(flags, { executionId: args.execution, ...result }, () => `${args.execution} is approved; it is sent now.`);
  }
}
