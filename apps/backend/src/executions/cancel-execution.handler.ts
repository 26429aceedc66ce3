import { decideExecution } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { CancelExecutionCommand } from './cancel-execution.command.ts';
import type { CancelExecutionResult } from './cancel-execution.command.ts';
import { OwnRuns } from './own-runs.ts';
import { endedRunsOf } from './run.reads.ts';

@CommandHandler(CancelExecutionCommand)
export class CancelExecutionHandler implements ICommandHandler<CancelExecutionCommand> {
  constructor(
    private readonly log: ControlLog,
    private readonly fold: FoldAccess,
    private readonly ownRuns: OwnRuns,
  ) {}

  async execute({ principal, executionId, runIds: asked }: CancelExecutionCommand): Promise<CancelExecutionResult> {
    const runIds = await this.ownRuns.meant(principal, executionId, asked);
    const { position } = await this.log.decide(executionKind, executionId, {
      principal,
      decide: async (state) => {
        // Counted from those known to have ended: a run the fold has not reached yet is open.
        const ended = endedRunsOf(await this.fold.reader(), executionId);
        const wanted = runIds ?? [...state.targets.keys()];
        const openRuns = wanted.filter((runId) => !ended.has(runId)).length;
        return decideExecution({ type: 'cancel', executionId, runIds: runIds === undefined ? null : [...new Set(runIds)], openRuns }, state);
      },
    });
    return { position };
  }
}
