import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

/** Call an endpoint something, or no longer. */
export class SetEndpointAliasCommand extends Command<z.infer<typeof acceptedSchema>> {
  constructor(
    readonly principal: Principal,
    readonly endpointId: string,
    readonly alias: string | null,
  ) {
    super();
  }
}
