import type { PositionRange } from '@kanade/archive';
import { Injectable } from '@nestjs/common';
import { FoldClient } from '../projections/fold-client.ts';

/** Whether the record may be written to: not while the broker has lost a part that was recorded, for its positions would be used again. */
@Injectable()
export class RecordGuard {
  /** What the archive says of the stream; undefined while the two agree. */
  fromArchive: string | undefined;

  /** Positions that the archive was found to have and the stream not, whatever that says of itself. */
  missing: readonly PositionRange[] = [];

  constructor(private readonly fold: FoldClient) {}

  /** Why nothing may be recorded. */
  get reason(): string | undefined {
    return this.fold.status().lost ?? this.fromArchive;
  }
}
