import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

/** Put an endpoint into a site. */
export class AssignSiteCommand extends Command<z.infer<typeof acceptedSchema>> {
  constructor(
    readonly principal: Principal,
    readonly endpointId: string,
    readonly site: string,
  ) {
    super();
  }
}
