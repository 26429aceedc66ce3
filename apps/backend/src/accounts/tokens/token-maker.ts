import { Injectable } from '@nestjs/common';
import { decideCreateToken } from '@kanade/domain';
import { tokenKind } from '../../history/aggregates.ts';
import { ControlLog } from '../../history/control-log.ts';
import type { AccountRecord } from '../identity-records.ts';
import type { Principal } from '../principal.ts';
import type { CreateTokenResult } from './create-session-token.command.ts';
import { Tokens } from './tokens.ts';

interface Wanted {
  readonly owner: AccountRecord;
  readonly name: string;
  readonly scopes: readonly string[] | null;
  readonly lifetimeMs: number;
}

/** Makes tokens, and writes down that it does. */
@Injectable()
export class TokenMaker {
  constructor(
    private readonly tokens: Tokens,
    private readonly log: ControlLog,
  ) {}

  async make(principal: Principal, wanted: Wanted): Promise<CreateTokenResult> {
    const { token, record } = await this.tokens.prepare(wanted);
    const { tokenId, accountId, name, scopes, expiresAt } = record;
    // The event first: a token nobody was told of must not work.
    await this.log.decide(tokenKind, tokenId, { principal, decide: (state) => decideCreateToken({ tokenId, accountId, name, scopes, expiresAt }, state) });
    await this.tokens.save(record);
    return { token, tokenId, expiresAt };
  }
}
