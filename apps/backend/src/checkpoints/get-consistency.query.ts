import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { Consistency, consistencyQuerySchema } from '@kanade/contracts';
import { consistencyPath, writeHash } from '@kanade/proof';
import type { z } from 'zod';
import { DomainError } from '../domain-error.ts';
import { notFound } from '../projections/answers.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';

export type GetConsistencyParams = z.infer<typeof consistencyQuerySchema>;

/** The proof that the record of one size is the beginning of the record of another. */
export class GetConsistencyQuery extends Query<Consistency> {
  constructor(readonly params: GetConsistencyParams) {
    super();
  }
}

@QueryHandler(GetConsistencyQuery)
export class GetConsistencyHandler implements IQueryHandler<GetConsistencyQuery> {
  constructor(private readonly keeper: CheckpointKeeper) {}

  async execute({ params: { from, to } }: GetConsistencyQuery): Promise<Consistency> {
    if (from > to) throw new DomainError('invalid-request', 'The earlier tree has no more events than the later one.', { details: { path: 'from' } });
    const { incarnation, size, subtrees } = this.keeper.tree();
    if (to > size) throw notFound('checkpoint', String(to));
    return Promise.resolve({ incarnation, from, to, path: consistencyPath(subtrees, from, to).map(writeHash) });
  }
}
