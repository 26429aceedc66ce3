import { Command } from '@nestjs/cqrs';
import type { createTokenRequestSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Identity } from '../../http/request-context.ts';
import type { Principal } from '../principal.ts';
import type { CreateTokenResult } from './create-session-token.command.ts';

/** Make a token that acts for whoever asks. */
export class CreateTokenCommand extends Command<CreateTokenResult> {
  constructor(
    readonly identity: Identity,
    readonly request: z.infer<typeof createTokenRequestSchema>,
  ) {
    super();
  }
}

/** End a token before its time. */
export class RevokeTokenCommand extends Command<void> {
  constructor(
    readonly principal: Principal,
    readonly tokenId: string,
    /** The account it has to be of; null for anybody's. */
    readonly accountId: string | null,
  ) {
    super();
  }
}
