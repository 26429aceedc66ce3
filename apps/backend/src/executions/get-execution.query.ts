import { Query } from '@nestjs/cqrs';
import type { executionDetailSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type GetExecutionParams = { readonly executionId: string; readonly minPosition?: string | undefined };
export type GetExecutionResult = z.infer<typeof executionDetailSchema>;

/** One execution with what it executes. */
export class GetExecutionQuery extends Query<GetExecutionResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetExecutionParams,
  ) {
    super();
  }
}
