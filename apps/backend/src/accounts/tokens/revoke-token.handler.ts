import { decideRevokeToken } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { tokenKind } from '../../history/aggregates.ts';
import { ControlLog } from '../../history/control-log.ts';
import { notFound } from '../../projections/answers.ts';
import { Authenticator } from '../authenticator.ts';
import { RevokeTokenCommand } from './token.commands.ts';
import { Tokens } from './tokens.ts';

@CommandHandler(RevokeTokenCommand)
export class RevokeTokenHandler implements ICommandHandler<RevokeTokenCommand> {
  constructor(
    private readonly tokens: Tokens,
    private readonly authenticator: Authenticator,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, tokenId, accountId }: RevokeTokenCommand): Promise<void> {
    const stored = await this.tokens.byId(tokenId);
    if (stored === undefined || (accountId !== null && stored.record.accountId !== accountId)) throw notFound('token', tokenId);
    // The record first: a token that somebody was told is revoked must not work.
    await this.tokens.revoke(tokenId);
    this.authenticator.forget();
    await this.log.decide(tokenKind, tokenId, { principal, decide: (state) => decideRevokeToken(tokenId, state) });
  }
}
