import { Query } from '@nestjs/cqrs';
import type { Principal } from '../accounts/principal.ts';

export interface RunOutputParams {
  readonly runId: string;
  readonly stream: 'stdout' | 'stderr';
  readonly offset: number;
  readonly limit: number;
  readonly minPosition?: string | undefined;
}

export interface RunOutput {
  readonly bytes: Uint8Array;
  /** Bytes of the stream so far; final once the run has ended. */
  readonly totalBytes: number;
}


/** Raw bytes of one output stream from an offset, and how many there are so far. */
export class ReadRunOutputQuery extends Query<RunOutput> {
  constructor(
    readonly principal: Principal,
    readonly params: RunOutputParams,
  ) {
    super();
  }
}
