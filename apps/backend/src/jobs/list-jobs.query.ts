import { Query } from '@nestjs/cqrs';
import type { jobListQuerySchema, jobPageSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type ListJobsParams = z.infer<typeof jobListQuerySchema>;
export type ListJobsResult = z.infer<typeof jobPageSchema>;

/** Registered jobs by id. */
export class ListJobsQuery extends Query<ListJobsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListJobsParams,
  ) {
    super();
  }
}
