import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

type Accepted = z.infer<typeof acceptedSchema>;

/** Make a site; one that exists stays as it is. */
export class CreateSiteCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly site: string,
  ) {
    super();
  }
}

/** Delete a site nothing belongs to. */
export class DeleteSiteCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly site: string,
  ) {
    super();
  }
}
