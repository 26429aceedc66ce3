import { Command } from '@nestjs/cqrs';
import type { createExecutionRequestSchema, createExecutionResultSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import type { Asker } from './confirmations.ts';

export type CreateExecutionRequest = z.infer<typeof createExecutionRequestSchema>;
export type CreateExecutionResult = z.infer<typeof createExecutionResultSchema>;

/** Run a job or a script on endpoints. */
export class CreateExecutionCommand extends Command<CreateExecutionResult> {
  constructor(
    readonly principal: Principal,
    readonly asker: Asker,
    readonly request: CreateExecutionRequest,
    readonly idempotencyKey: string | undefined,
  ) {
    super();
  }
}
