import { Query } from '@nestjs/cqrs';
import type { overviewSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type GetOverviewParams = { readonly minPosition?: string | undefined };
export type GetOverviewResult = z.infer<typeof overviewSchema>;

/** The fleet at a glance, what runs now, the latest results. */
export class GetOverviewQuery extends Query<GetOverviewResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetOverviewParams,
  ) {
    super();
  }
}
