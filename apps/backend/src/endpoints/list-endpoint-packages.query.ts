import { Query } from '@nestjs/cqrs';
import type { packageListQuerySchema, packagePageSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type ListEndpointPackagesParams = z.infer<typeof packageListQuerySchema> & { readonly endpointId: string };
export type ListEndpointPackagesResult = z.infer<typeof packagePageSchema>;

/** Software installed on one endpoint, by name. */
export class ListEndpointPackagesQuery extends Query<ListEndpointPackagesResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListEndpointPackagesParams,
  ) {
    super();
  }
}
