import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { checkpointListQuerySchema, checkpointPageSchema } from '@kanade/contracts';
import type { z } from 'zod';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';

export type ListCheckpointsParams = z.infer<typeof checkpointListQuerySchema>;
export type ListCheckpointsResult = z.infer<typeof checkpointPageSchema>;

/** The checkpoints of this history, newest first. */
export class ListCheckpointsQuery extends Query<ListCheckpointsResult> {
  constructor(readonly params: ListCheckpointsParams) {
    super();
  }
}

@QueryHandler(ListCheckpointsQuery)
export class ListCheckpointsHandler implements IQueryHandler<ListCheckpointsQuery> {
  constructor(private readonly keeper: CheckpointKeeper) {}

  execute({ params: { limit, cursor } }: ListCheckpointsQuery): Promise<ListCheckpointsResult> {
    const { rows, nextCursor } = cutPage(this.keeper.list(limit + 1, readKeyCursor(cursor)), limit, ({ size }) => [size]);
    return Promise.resolve({ items: [...rows], nextCursor });
  }
}
