import { Query } from '@nestjs/cqrs';
import type { endpointListQuerySchema, endpointPageSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type ListEndpointsParams = z.infer<typeof endpointListQuerySchema>;
export type ListEndpointsResult = z.infer<typeof endpointPageSchema>;

/** Endpoints, a page at a time. */
export class ListEndpointsQuery extends Query<ListEndpointsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListEndpointsParams,
  ) {
    super();
  }
}
