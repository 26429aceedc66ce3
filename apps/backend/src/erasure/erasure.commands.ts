import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

type Accepted = z.infer<typeof acceptedSchema>;

/** Erase what runs of an execution printed: of all of them, with what they executed, or of the named ones. */
export class EraseOutputCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly executionId: string,
    readonly runIds: readonly string[] | undefined,
    readonly reason: string,
  ) {
    super();
  }
}

/** Erase a retired endpoint's data. */
export class EraseEndpointCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly endpointId: string,
    readonly reason: string,
  ) {
    super();
  }
}
