import { Query } from '@nestjs/cqrs';
import type { runResultPageSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export interface ExecutionResultsParams {
  readonly executionId: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly minPosition?: string | undefined;
}

export type ListExecutionResultsResult = z.infer<typeof runResultPageSchema>;

/** Every run of an execution with the beginning of its output, in the order of its targets. */
export class ListExecutionResultsQuery extends Query<ListExecutionResultsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ExecutionResultsParams,
  ) {
    super();
  }
}
