import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

/** Let an endpoint leave the fleet for good. */
export class RetireEndpointCommand extends Command<z.infer<typeof acceptedSchema>> {
  constructor(
    readonly principal: Principal,
    readonly endpointId: string,
  ) {
    super();
  }
}
