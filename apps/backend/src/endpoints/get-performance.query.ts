import { Query } from '@nestjs/cqrs';
import type { performanceQuerySchema, performanceSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type GetPerformanceParams = z.infer<typeof performanceQuerySchema> & { readonly endpointId: string };
export type GetPerformanceResult = z.infer<typeof performanceSchema>;

/** Performance samples of one endpoint, oldest first. */
export class GetPerformanceQuery extends Query<GetPerformanceResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetPerformanceParams,
  ) {
    super();
  }
}
