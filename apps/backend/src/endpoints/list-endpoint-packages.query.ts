import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { packageListQuerySchema, packagePageSchema } from '@kanade/contracts';
import { build, searchText, sql } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt } from '../projections/answers.ts';
import { cutPage, readTextCursor } from '../projections/cursor.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { endpointKeyOf } from './endpoint-key.ts';

export type ListEndpointPackagesParams = z.infer<typeof packageListQuerySchema> & { readonly endpointId: string };
export type ListEndpointPackagesResult = z.infer<typeof packagePageSchema>;

/** Software installed on one endpoint, by name. */
export class ListEndpointPackagesQuery extends Query<ListEndpointPackagesResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListEndpointPackagesParams,
  ) {
    super();
  }
}

export function listPackagesSql(endpointKey: number, { search, cursor, limit }: ListEndpointPackagesParams) {
  let query = build.selectFrom('packages').select(['searchName', 'name', 'version', 'architecture', 'source']).where('endpointKey', '=', endpointKey);
  if (search !== undefined && search !== '') query = query.where(sql<boolean>`instr(${sql.ref('searchName')}, ${searchText(search)}) > 0`);
  const place = readTextCursor(cursor, 4);
  if (place !== undefined) query = query.where(sql<boolean>`("searchName", "name", "architecture", "source") > (${sql.join(place.texts)})`);
  return query.orderBy('searchName').orderBy('name').orderBy('architecture').orderBy('source').limit(limit + 1);
}

export function listEndpointPackages(db: Reader, principal: Principal, params: ListEndpointPackagesParams): ListEndpointPackagesResult {
  return answerAt(db, (position) => {
    const endpointKey = endpointKeyOf(db, principal, params.endpointId);
    // The last part of a cursor is a number everywhere; here the texts are the whole key.
    const { rows, nextCursor } = cutPage(db.all(listPackagesSql(endpointKey, params)), params.limit, (row) => [row.searchName, row.name, row.architecture, row.source, 0]);
    return { items: rows.map(({ name, version, architecture, source }) => ({ name, version, architecture, source })), nextCursor, position };
  });
}

@QueryHandler(ListEndpointPackagesQuery)
export class ListEndpointPackagesHandler implements IQueryHandler<ListEndpointPackagesQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ListEndpointPackagesQuery): Promise<ListEndpointPackagesResult> {
    return listEndpointPackages(await this.fold.readerFor(params), principal, params);
  }
}
