import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { formatPosition, secretUsesSchema } from '@kanade/contracts';
import type { jobDetailSchema } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { notFound } from '../projections/answers.ts';
import { readExecute } from '../projections/execute-view.ts';
import { FoldClient } from '../projections/fold-client.ts';

export interface GetJobParams {
  readonly jobId: string;
  readonly minPosition?: string | undefined;
  readonly at?: string | undefined;
}
export type GetJobResult = z.infer<typeof jobDetailSchema>;

/** One job with its script and its versions. */
export class GetJobQuery extends Query<GetJobResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetJobParams,
  ) {
    super();
  }
}

export const getJobSql = (jobId: string) => build.selectFrom('jobs').selectAll().where('id', '=', jobId);

export const jobVersionsSql = (jobKey: number) =>
  build.selectFrom('jobVersions').select(['position', 'version', 'appliedAt', 'appliedBy']).where('jobKey', '=', jobKey).orderBy('position', 'desc');

export function getJob(db: Reader, _principal: Principal, { jobId }: GetJobParams): GetJobResult {
  return db.snapshot(({ incarnation, sequence }) => {
    const row = db.get(getJobSql(jobId));
    if (row === undefined) throw notFound('job', jobId);
    const { id, version, description, shell, appliedAt, appliedBy } = row;
    const versions = db.all(jobVersionsSql(row.key)).map(({ position, ...applied }) => ({ ...applied, position: formatPosition({ incarnation, sequence: position }) }));
    return {
      id, version, description, shell, appliedAt, appliedBy,
      execute: readExecute(db, row),
      secrets: secretUsesSchema.parse(JSON.parse(row.secrets)),
      versions,
      position: formatPosition({ incarnation, sequence }),
    };
  });
}

@QueryHandler(GetJobQuery)
export class GetJobHandler implements IQueryHandler<GetJobQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: GetJobQuery): Promise<GetJobResult> {
    return getJob(await this.fold.readerFor(params), principal, params);
  }
}
