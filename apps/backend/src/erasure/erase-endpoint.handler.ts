import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { decideInScope } from '../endpoints/decide-in-scope.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { EraseEndpointCommand } from './erasure.commands.ts';

/** Writes down that it is to be erased; the eraser does it, and does it again if it was interrupted. */
@CommandHandler(EraseEndpointCommand)
export class EraseEndpointHandler implements ICommandHandler<EraseEndpointCommand> {
  constructor(private readonly log: ControlLog) {}

  async execute({ principal, endpointId, reason }: EraseEndpointCommand) {
    const { position } = await this.log.decide(endpointKind, endpointId, { principal, decide: decideInScope(principal, { type: 'erase', endpointId, reason }) });
    return { position };
  }
}
