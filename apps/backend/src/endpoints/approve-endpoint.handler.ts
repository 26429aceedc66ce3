import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { decideInScope } from './decide-in-scope.ts';
import { ApproveEndpointCommand } from './approve-endpoint.command.ts';

@CommandHandler(ApproveEndpointCommand)
export class ApproveEndpointHandler implements ICommandHandler<ApproveEndpointCommand> {
  constructor(
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, endpointId }: ApproveEndpointCommand) {
    const { position } = await this.log.decide(endpointKind, endpointId, { principal, decide: decideInScope(principal, { type: 'approve', endpointId }) });
    return { position };
  }
}
