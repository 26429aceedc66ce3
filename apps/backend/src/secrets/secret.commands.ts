import { Command } from '@nestjs/cqrs';
import type { acceptedSchema, setSecretRequestSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

type Accepted = z.infer<typeof acceptedSchema>;

/** Give a secret a value, and say on whose endpoints it may be used. */
export class SetSecretCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly name: string,
    readonly request: z.infer<typeof setSecretRequestSchema>,
  ) {
    super();
  }
}

/** Delete a secret with its value. */
export class DeleteSecretCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly name: string,
  ) {
    super();
  }
}
