import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { jobListQuerySchema, jobPageSchema } from '@kanade/contracts';
import { build, searchText, sql } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readTextCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';

export type ListJobsParams = z.infer<typeof jobListQuerySchema>;
export type ListJobsResult = z.infer<typeof jobPageSchema>;

/** Registered jobs by id. */
export class ListJobsQuery extends Query<ListJobsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListJobsParams,
  ) {
    super();
  }
}

export function listJobsSql({ search, cursor, limit }: ListJobsParams) {
  let query = build.selectFrom('jobs').select(['key', 'id', 'version', 'description', 'shell', 'appliedAt', 'appliedBy']);
  if (search !== undefined && search !== '') {
    const text = searchText(search);
    query = query.where(sql<boolean>`(instr(${sql.ref('id')}, ${text}) > 0 or instr(lower(${sql.ref('description')}), ${text}) > 0)`);
  }
  const [after] = readTextCursor(cursor, 1)?.texts ?? [];
  if (after !== undefined) query = query.where('id', '>', after);
  return query.orderBy('id').limit(limit + 1);
}

export function listJobs(db: Reader, _principal: Principal, params: ListJobsParams): ListJobsResult {
  return answerAt(db, (position) => {
    const { rows, nextCursor } = cutPage(db.all(listJobsSql(params)), params.limit, (row) => [row.id, row.key]);
    return { items: rows.map(({ key: _key, ...view }) => view), nextCursor, position };
  });
}

@QueryHandler(ListJobsQuery)
export class ListJobsHandler implements IQueryHandler<ListJobsQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListJobsQuery): Promise<ListJobsResult> {
    return listJobs(await this.fold.readerFor(params), principal, params);
  }
}
