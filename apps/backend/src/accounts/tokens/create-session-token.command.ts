import { Command } from '@nestjs/cqrs';
import type { createSessionTokenRequestSchema, createTokenResultSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Origin } from '../principal.ts';

export type CreateTokenResult = z.infer<typeof createTokenResultSchema>;

/** Prove who one is by a password, for a token of one's own. */
export class CreateSessionTokenCommand extends Command<CreateTokenResult> {
  constructor(
    readonly request: z.infer<typeof createSessionTokenRequestSchema>,
    readonly origin: Origin,
  ) {
    super();
  }
}
