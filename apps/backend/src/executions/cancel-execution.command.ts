import { Command } from '@nestjs/cqrs';
import type { acceptedSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type CancelExecutionResult = z.infer<typeof acceptedSchema>;

/** End an execution, or the named runs of it. */
export class CancelExecutionCommand extends Command<CancelExecutionResult> {
  constructor(
    readonly principal: Principal,
    readonly executionId: string,
    readonly runIds: readonly string[] | undefined,
  ) {
    super();
  }
}
