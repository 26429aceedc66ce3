import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { Checkpoint } from '@kanade/contracts';
import { notFound } from '../projections/answers.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';

/** The newest checkpoint; with a position, one that covers it. */
export class GetLatestCheckpointQuery extends Query<Checkpoint> {
  constructor(readonly params: { readonly minPosition?: string | undefined }) {
    super();
  }
}

@QueryHandler(GetLatestCheckpointQuery)
export class GetLatestCheckpointHandler implements IQueryHandler<GetLatestCheckpointQuery> {
  constructor(private readonly keeper: CheckpointKeeper) {}

  execute({ params: { minPosition } }: GetLatestCheckpointQuery): Promise<Checkpoint> {
    if (minPosition !== undefined) return this.keeper.covering(minPosition);
    const latest = this.keeper.latest();
    return latest === undefined ? Promise.reject(notFound('checkpoint', 'latest')) : Promise.resolve(latest);
  }
}
