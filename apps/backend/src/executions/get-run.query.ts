import { Query } from '@nestjs/cqrs';
import type { RunDetail } from '@kanade/contracts';
import type { Principal } from '../accounts/principal.ts';

export type GetRunParams = { readonly runId: string; readonly minPosition?: string | undefined };

/** One run with the beginning of its output. */
export class GetRunQuery extends Query<RunDetail> {
  constructor(
    readonly principal: Principal,
    readonly params: GetRunParams,
  ) {
    super();
  }
}
