import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { Principal } from '../accounts/principal.ts';
import { notFound } from '../projections/answers.ts';
import { visibleSites } from '../projections/scoped.ts';

/** The internal key of an endpoint the principal may see; throws `not-found`. */
export function endpointKeyOf(db: Reader, principal: Principal, endpointId: string): number {
  const sites = visibleSites(principal);
  const row = db.get(
    build
      .selectFrom('endpoints')
      .select('key')
      .where('id', '=', endpointId)
      .$if(sites !== undefined, (query) => query.where('site', 'in', sites ?? [])),
  );
  if (row === undefined) throw notFound('endpoint', endpointId);
  return row.key;
}
