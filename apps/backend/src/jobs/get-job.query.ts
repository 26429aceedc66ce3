import { Query } from '@nestjs/cqrs';
import type { jobDetailSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type GetJobParams = { readonly jobId: string; readonly minPosition?: string | undefined };
export type GetJobResult = z.infer<typeof jobDetailSchema>;

/** One job with its script and its versions. */
export class GetJobQuery extends Query<GetJobResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetJobParams,
  ) {
    super();
  }
}
