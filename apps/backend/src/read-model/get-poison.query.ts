import { isUtf8 } from 'node:buffer';
import { parsePosition } from '@kanade/contracts';
import type { PoisonView, poisonDetailSchema } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { notFound } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { poisonView, selectPoison } from './poison-view.ts';

export interface GetPoisonParams {
  readonly position: string;
  readonly stream: PoisonView['stream'];
}
export type GetPoisonResult = z.infer<typeof poisonDetailSchema>;

/** One message that could not be folded, with its first bytes. */
export class GetPoisonQuery extends Query<GetPoisonResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetPoisonParams,
  ) {
    super();
  }
}

export function getPoisonSql(stream: PoisonView['stream'], sequence: number) {
  return selectPoison(stream).select('poison.bytes').where('poison.sequence', '=', sequence);
}

export function getPoison(db: Reader, { position, stream }: GetPoisonParams): GetPoisonResult {
  return db.snapshot(({ incarnation }) => {
    const wanted = parsePosition(position);
    const row = wanted?.incarnation === incarnation ? db.get(getPoisonSql(stream, wanted.sequence)) : undefined;
    if (row === undefined) throw notFound('poisoned message', position);
    const bytes = Buffer.from(row.bytes);
    return { ...poisonView(row, incarnation), bytes: bytes.toString('base64'), text: isUtf8(bytes) ? bytes.toString() : null, truncated: row.size > bytes.byteLength };
  });
}

@QueryHandler(GetPoisonQuery)
export class GetPoisonHandler implements IQueryHandler<GetPoisonQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ params }: GetPoisonQuery): Promise<GetPoisonResult> {
    return getPoison(await this.fold.reader(), params);
  }
}
