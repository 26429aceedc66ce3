import { defaultSite } from '@kanade/contracts';
import { decideRevokeEnrolmentToken, initialEnrolment } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { enrolmentKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { isVisible } from '../projections/scoped.ts';
import { RevokeEnrolmentTokenCommand } from './revoke-enrolment-token.command.ts';

@CommandHandler(RevokeEnrolmentTokenCommand)
export class RevokeEnrolmentTokenHandler implements ICommandHandler<RevokeEnrolmentTokenCommand> {
  constructor(
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, tokenId }: RevokeEnrolmentTokenCommand) {
    const { position } = await this.log.decide(enrolmentKind, tokenId, { principal, decide: (state) => decideRevokeEnrolmentToken({ tokenId }, isVisible(principal, state.created?.site ?? defaultSite) ? state : initialEnrolment) });
    return { position };
  }
}
