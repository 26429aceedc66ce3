import { Query } from '@nestjs/cqrs';
import type { EndpointDetail } from '@kanade/contracts';
import type { Principal } from '../accounts/principal.ts';

export type GetEndpointParams = { readonly endpointId: string; readonly minPosition?: string | undefined };

/** One endpoint with its inventory. */
export class GetEndpointQuery extends Query<EndpointDetail> {
  constructor(
    readonly principal: Principal,
    readonly params: GetEndpointParams,
  ) {
    super();
  }
}
