import { formatPosition } from '@kanade/contracts';
import type { readModelStatusSchema } from '@kanade/contracts';
import { build, firstPastPosition } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { FoldClient } from '../projections/fold-client.ts';
import type { FoldStatus } from '../projections/fold-client.ts';
import { TableScales } from '../projections/table-sizes.ts';
import type { TableSizes } from '../projections/table-sizes.ts';
import { readGrowth, sizeOf } from './growth.ts';

export type ReadModelStatus = z.infer<typeof readModelStatusSchema>;

/** Which read model answers here, what it lacks, and what is built in its place. */
export class GetReadModelQuery extends Query<ReadModelStatus> {
  constructor(readonly principal: Principal) {
    super();
  }
}

export const poisonCountSql = () => build.selectFrom('poison').select(({ fn }) => fn.countAll<number>().as('count'));
export const firstPoisonSql = () => build.selectFrom('poison').select('sequence').where('stream', '=', 'KANADE_EVENTS').orderBy('sequence').limit(1);

export function readModelStatus(db: Reader, { file, lagEvents, rebuilding, rebuild }: Pick<FoldStatus, 'file' | 'lagEvents' | 'rebuilding' | 'rebuild'>, sizes: TableSizes | undefined): ReadModelStatus {
  return db.snapshot((place) => {
    const first = db.get(firstPoisonSql())?.sequence;
    const looksBackTo = firstPastPosition(db);
    const { number, tables, code, path } = file;
    return {
      number, tables, code, lagEvents, rebuilding, rebuild,
      position: formatPosition(place),
      sizeBytes: sizeOf(path),
      ...readGrowth(db, sizes),
      looksBackTo: looksBackTo === 0 ? null : formatPosition({ incarnation: place.incarnation, sequence: looksBackTo }),
      poison: { count: db.get(poisonCountSql())?.count ?? 0, since: first === undefined ? null : formatPosition({ incarnation: place.incarnation, sequence: first }) },
    };
  });
}

@QueryHandler(GetReadModelQuery)
export class GetReadModelHandler implements IQueryHandler<GetReadModelQuery> {
  constructor(
    private readonly fold: FoldClient,
    private readonly scales: TableScales,
  ) {}

  async execute(_query: GetReadModelQuery): Promise<ReadModelStatus> {
    const sizes = await this.scales.of(this.fold.status().file.path);
    return readModelStatus(await this.fold.reader(), this.fold.status(), sizes);
  }
}
