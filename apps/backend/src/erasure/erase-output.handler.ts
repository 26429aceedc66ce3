import { decideExecution } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { OwnRuns } from '../executions/own-runs.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { EraseOutputCommand } from './erasure.commands.ts';

/** Writes down that it is to be erased; the eraser does it, and does it again if it was interrupted. */
@CommandHandler(EraseOutputCommand)
export class EraseOutputHandler implements ICommandHandler<EraseOutputCommand> {
  constructor(
    private readonly log: ControlLog,
    private readonly ownRuns: OwnRuns,
  ) {}

  async execute({ principal, executionId, runIds: asked, reason }: EraseOutputCommand) {
    const runIds = await this.ownRuns.meant(principal, executionId, asked);
    const { position } = await this.log.decide(executionKind, executionId, {
      principal,
      decide: (state) => decideExecution({ type: 'erase-output', executionId, runIds: runIds === undefined ? null : [...new Set(runIds)], reason }, state),
    });
    return { position };
  }
}
