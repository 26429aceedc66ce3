import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../clock.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { decideInScope } from './decide-in-scope.ts';
import { RetireEndpointCommand } from './retire-endpoint.command.ts';

@CommandHandler(RetireEndpointCommand)
export class RetireEndpointHandler implements ICommandHandler<RetireEndpointCommand> {
  constructor(
    private readonly clock: Clock,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, endpointId }: RetireEndpointCommand) {
    const { position } = await this.log.decide(endpointKind, endpointId, { principal, decide: decideInScope(principal, { type: 'retire', endpointId, at: this.clock.iso() }) });
    return { position };
  }
}
