import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

/** Let nothing more enrol with a token. */
export class RevokeEnrolmentTokenCommand extends Command<z.infer<typeof acceptedSchema>> {
  constructor(
    readonly principal: Principal,
    readonly tokenId: string,
  ) {
    super();
  }
}
