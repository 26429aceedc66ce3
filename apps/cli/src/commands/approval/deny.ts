import { Args, Flags } from '@oclif/core';
import { denyExecution } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class ApprovalDeny extends BaseCommand {
  static override readonly summary = 'Say no to an execution that waits for an approval: it never runs.';
  static override readonly args = { execution: Args.string({ required: true, description: 'its id' }) };
  static override readonly flags = { reason: Flags.string({ description: 'why, for whoever asked and for the history' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ApprovalDeny);
    this.connect(flags);
    const result = await denyExecution(args.execution, flags.reason === undefined ? {} : { reason: flags.reason });
    this.print(flags, { executionId: args.execution, ...result }, () => `${args.execution} is denied; it never runs.`);
  }
}
