import type { poisonListQuerySchema, poisonPageSchema } from '@kanade/contracts';
import { formatPosition } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { poisonView, selectPoison } from './poison-view.ts';

export type ListPoisonParams = z.infer<typeof poisonListQuerySchema>;
export type ListPoisonResult = z.infer<typeof poisonPageSchema>;

/** What could not be folded, oldest first: everything after the first may be wrong for its sake. */
export class ListPoisonQuery extends Query<ListPoisonResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListPoisonParams,
  ) {
    super();
  }
}

export function listPoisonSql({ stream, cursor, limit }: ListPoisonParams) {
  const after = readKeyCursor(cursor);
  return selectPoison(stream)
    .$if(after !== undefined, (query) => query.where('poison.sequence', '>', after ?? 0))
    .orderBy('poison.sequence')
    .limit(limit + 1);
}

export function listPoison(db: Reader, params: ListPoisonParams): ListPoisonResult {
  return db.snapshot((place) => {
    const { rows, nextCursor } = cutPage(db.all(listPoisonSql(params)), params.limit, ({ sequence }) => [sequence]);
    return { items: rows.map((row) => poisonView(row, place.incarnation)), nextCursor, position: formatPosition(place) };
  });
}

@QueryHandler(ListPoisonQuery)
export class ListPoisonHandler implements IQueryHandler<ListPoisonQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ params }: ListPoisonQuery): Promise<ListPoisonResult> {
    return listPoison(await this.fold.reader(params.minPosition), params);
  }
}
