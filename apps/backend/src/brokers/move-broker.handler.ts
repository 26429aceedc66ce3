import { decideBrokerMove } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { findEndpoints } from '../endpoints/endpoint.reads.ts';
import { brokerKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { MoveBrokerCommand } from './move-broker.command.ts';

/** One aggregate for all moves, so that their versions have one order. */
const fleet = 'fleet';

@CommandHandler(MoveBrokerCommand)
export class MoveBrokerHandler implements ICommandHandler<MoveBrokerCommand> {
  constructor(
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, request }: MoveBrokerCommand) {
    const { endpointId = null, urls, ca, keepOld } = request;
    if (endpointId !== null && !findEndpoints(await this.fold.reader(), [endpointId]).has(endpointId)) {
      throw new DomainError('not-found', `there is no endpoint ${endpointId}; kanade endpoint list shows them`);
    }
    const now = this.clock.now();
    const { position } = await this.log.decide(brokerKind, fleet, { principal, decide: (state) => decideBrokerMove({ endpointId, broker: { urls, ca }, keepOld, now }, state) });
    return { position, urls };
  }
}
