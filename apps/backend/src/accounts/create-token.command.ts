import { Command } from '@nestjs/cqrs';
import type { createTokenRequestSchema, createTokenResultSchema } from '@kanade/contracts';
import type { z } from 'zod';

export type CreateTokenResult = z.infer<typeof createTokenResultSchema>;

/** Prove who one is by a password, for a token. */
export class CreateTokenCommand extends Command<CreateTokenResult> {
  constructor(
    readonly request: z.infer<typeof createTokenRequestSchema>,
    readonly source: string,
  ) {
    super();
  }
}
