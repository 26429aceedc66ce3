import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

type Accepted = z.infer<typeof acceptedSchema>;

/** Let an execution run that waits for an approval; `accountId` is whose word it is, also where a token says it. */
export class ApproveExecutionCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly accountId: string,
    readonly executionId: string,
  ) {
    super();
  }
}

/** Say no to an execution that waits for an approval. */
export class DenyExecutionCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly executionId: string,
    readonly reason: string | null,
  ) {
    super();
  }
}
