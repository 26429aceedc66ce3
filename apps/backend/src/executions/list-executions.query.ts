import { Query } from '@nestjs/cqrs';
import type { executionListQuerySchema, executionPageSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type ListExecutionsParams = z.infer<typeof executionListQuerySchema>;
export type ListExecutionsResult = z.infer<typeof executionPageSchema>;

/** Executions, newest first. */
export class ListExecutionsQuery extends Query<ListExecutionsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListExecutionsParams,
  ) {
    super();
  }
}
