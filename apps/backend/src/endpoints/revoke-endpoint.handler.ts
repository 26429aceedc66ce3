import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../clock.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { decideInScope } from './decide-in-scope.ts';
import { RevokeEndpointCommand } from './revoke-endpoint.command.ts';

/** Writes down that it is cut off; the revoker has the broker do it, and does it again if it was interrupted. */
@CommandHandler(RevokeEndpointCommand)
export class RevokeEndpointHandler implements ICommandHandler<RevokeEndpointCommand> {
  constructor(
    private readonly clock: Clock,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, endpointId, reason }: RevokeEndpointCommand) {
    const { position } = await this.log.decide(endpointKind, endpointId, { principal, decide: decideInScope(principal, { type: 'revoke', endpointId, reason, at: this.clock.iso() }) });
    return { position };
  }
}
