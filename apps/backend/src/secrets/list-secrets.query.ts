import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { sitesSchema, secretUsesSchema } from '@kanade/contracts';
import type { secretListQuerySchema, secretPageSchema } from '@kanade/contracts';
import { build, sql } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readTextCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { visibleSites } from '../projections/scoped.ts';

export type ListSecretsParams = z.infer<typeof secretListQuerySchema>;
export type ListSecretsResult = z.infer<typeof secretPageSchema>;

/** Secrets by name, never their values. */
export class ListSecretsQuery extends Query<ListSecretsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListSecretsParams,
  ) {
    super();
  }
}

const namesOne = (sites: readonly string[]) => sql<number>`(${sql.ref('sites')} = '"all"' OR EXISTS (SELECT 1 FROM json_each(${sql.ref('sites')}) WHERE value IN (${sql.join(sites)})))`;

/** The secrets that some endpoint of these sites could get, of all where they are undefined. */
export function listSecretsSql({ cursor, limit }: ListSecretsParams, sites: readonly string[] | undefined) {
  const [after] = readTextCursor(cursor, 1)?.texts ?? [];
  return build
    .selectFrom('secrets')
    .select(['key', 'name', 'version', 'sites', 'setAt', 'setBy'])
    .where('valueId', 'is not', null)
    .$if(sites !== undefined, (query) => query.where(namesOne(sites ?? []), '=', 1))
    .$if(after !== undefined, (query) => query.where('name', '>', after ?? ''))
    .orderBy('name')
    .limit(limit + 1);
}

export const jobsWithSecretsSql = () => build.selectFrom('jobs').select(['id', 'secrets']).where('secrets', '!=', '[]').orderBy('id');

/** A secret's sites as far as somebody may know of them. */
function shownSites(sites: z.infer<typeof sitesSchema>, visible: readonly string[] | undefined): z.infer<typeof sitesSchema> {
  return sites === 'all' || visible === undefined ? sites : sites.filter((site) => visible.includes(site));
}

/** The jobs that refer to each secret in the version that counts. */
function jobsBySecret(db: Reader): Map<string, string[]> {
  const jobs = new Map<string, string[]>();
  for (const { id, secrets } of db.all(jobsWithSecretsSql())) {
    for (const name of new Set(secretUsesSchema.parse(JSON.parse(secrets)).map((use) => use.name))) jobs.set(name, [...(jobs.get(name) ?? []), id]);
  }
  return jobs;
}

export function listSecrets(db: Reader, principal: Principal, params: ListSecretsParams): ListSecretsResult {
  const visible = visibleSites(principal);
  return answerAt(db, (position) => {
    const { rows, nextCursor } = cutPage(db.all(listSecretsSql(params, visible)), params.limit, ({ name, key }) => [name, key]);
    const jobs = jobsBySecret(db);
    const items = rows.map(({ key: _key, sites, ...row }) => ({ ...row, sites: shownSites(sitesSchema.parse(JSON.parse(sites)), visible), jobs: jobs.get(row.name) ?? [] }));
    return { items, nextCursor, position };
  });
}

@QueryHandler(ListSecretsQuery)
export class ListSecretsHandler implements IQueryHandler<ListSecretsQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListSecretsQuery): Promise<ListSecretsResult> {
    return listSecrets(await this.fold.readerFor(params), principal, params);
  }
}
