import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { brokerMoveListQuerySchema, brokerMovePageSchema } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readKeyCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { selectMoves, urlsOf } from './broker-move.reads.ts';
import type { MoveRow } from './broker-move.reads.ts';

export type ListBrokerMovesParams = z.infer<typeof brokerMoveListQuerySchema>;
export type ListBrokerMovesResult = z.infer<typeof brokerMovePageSchema>;

/** How far each endpoint is with the newest move that concerns it. */
export class ListBrokerMovesQuery extends Query<ListBrokerMovesResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListBrokerMovesParams,
  ) {
    super();
  }
}

const moveView = (row: MoveRow): ListBrokerMovesResult['items'][number] => ({
  endpointId: row.id,
  endpointName: row.name,
  state: row.state,
  urls: urlsOf(row),
  orderedAt: row.orderedAt,
  orderedBy: row.orderedBy,
  saidAt: row.state === 'not-heard' ? null : row.saidAt,
  reason: row.state === 'trying' || row.state === 'refused' ? row.reason : null,
});

export function listBrokerMovesSql({ cursor, limit, state }: ListBrokerMovesParams) {
  const key = readKeyCursor(cursor);
  return build
    .selectFrom(selectMoves().as('moves'))
    .selectAll()
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'moved'))
    .$if(key !== undefined, (query) => query.where('key', '>', key ?? 0))
    .orderBy('key')
    .limit(limit + 1);
}

export function listBrokerMoves(db: Reader, params: ListBrokerMovesParams): ListBrokerMovesResult {
  return answerAt(db, (position) => {
    const counts = { moved: 0, trying: 0, 'not-heard': 0, refused: 0 };
    const counted = build.selectFrom(selectMoves().as('moves')).select(({ fn }) => ['state', fn.countAll<number>().as('count')]).groupBy('state');
    for (const { state, count } of db.all(counted)) counts[state] = count;
    const { rows, nextCursor } = cutPage(db.all(listBrokerMovesSql(params)), params.limit, ({ key }) => [key]);
    return { items: rows.map(moveView), counts, nextCursor, position };
  });
}

@QueryHandler(ListBrokerMovesQuery)
export class ListBrokerMovesHandler implements IQueryHandler<ListBrokerMovesQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ params }: ListBrokerMovesQuery): Promise<ListBrokerMovesResult> {
    return listBrokerMoves(await this.fold.readerFor(params), params);
  }
}
