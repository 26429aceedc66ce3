import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

/** Cut an endpoint off, connected or not. */
export class RevokeEndpointCommand extends Command<z.infer<typeof acceptedSchema>> {
  constructor(
    readonly principal: Principal,
    readonly endpointId: string,
    readonly reason: string | null,
  ) {
    super();
  }
}
