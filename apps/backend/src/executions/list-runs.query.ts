import { Query } from '@nestjs/cqrs';
import type { runListQuerySchema, runPageSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type ListRunsParams = z.infer<typeof runListQuerySchema>;
export type ListRunsResult = z.infer<typeof runPageSchema>;

/** Runs, newest first. */
export class ListRunsQuery extends Query<ListRunsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListRunsParams,
  ) {
    super();
  }
}
