import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { decideInScope } from './decide-in-scope.ts';
import { ReleaseEndpointCommand } from './release-endpoint.command.ts';

/** Writes down that the hold has ended; the gatekeeper has the broker open the way. */
@CommandHandler(ReleaseEndpointCommand)
export class ReleaseEndpointHandler implements ICommandHandler<ReleaseEndpointCommand> {
  constructor(private readonly log: ControlLog) {}

  async execute({ principal, endpointId }: ReleaseEndpointCommand) {
    const { position } = await this.log.decide(endpointKind, endpointId, { principal, decide: decideInScope(principal, { type: 'release', endpointId, reason: 'operator' }) });
    return { position };
  }
}
