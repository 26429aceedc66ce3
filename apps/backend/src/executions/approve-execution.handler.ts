import { decideExecution } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { ApproveExecutionCommand } from './approval.commands.ts';
import { OwnRuns } from './own-runs.ts';

@CommandHandler(ApproveExecutionCommand)
export class ApproveExecutionHandler implements ICommandHandler<ApproveExecutionCommand> {
  constructor(
    private readonly clock: Clock,
    private readonly log: ControlLog,
    private readonly ownRuns: OwnRuns,
  ) {}

  async execute({ principal, accountId, executionId }: ApproveExecutionCommand) {
    if ((await this.ownRuns.of(principal, executionId)) !== undefined) throw new DomainError('forbidden', 'it is for endpoints of other sites too: somebody has to approve it who may run on all of them');
    const { position } = await this.log.decide(executionKind, executionId, {
      principal,
      decide: (state) => decideExecution({ type: 'approve', executionId, accountId, now: this.clock.now() }, state),
    });
    return { position };
  }
}
