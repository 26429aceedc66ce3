import { Command } from '@nestjs/cqrs';
import type { createEnrolmentTokenRequestSchema, createEnrolmentTokenResultSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type CreateEnrolmentTokenResult = z.infer<typeof createEnrolmentTokenResultSchema>;

/** Make a token with which new endpoints may enrol. */
export class CreateEnrolmentTokenCommand extends Command<CreateEnrolmentTokenResult> {
  constructor(
    readonly principal: Principal,
    readonly request: z.infer<typeof createEnrolmentTokenRequestSchema>,
    readonly idempotencyKey: string | undefined,
  ) {
    super();
  }
}
