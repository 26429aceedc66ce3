import { Command } from '@nestjs/cqrs';
import type { createTokenRequestSchema, createTokenResultSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Origin } from './principal.ts';

export type CreateTokenResult = z.infer<typeof createTokenResultSchema>;

/** Prove who one is by a password, for a token. */
export class CreateTokenCommand extends Command<CreateTokenResult> {
  constructor(
    readonly request: z.infer<typeof createTokenRequestSchema>,
    readonly origin: Origin,
  ) {
    super();
  }
}
