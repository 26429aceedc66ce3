import type { Sites } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { Principal } from '../accounts/principal.ts';

/** The names of the sites a principal may see, `undefined` for all. */
export function visibleSites({ scope }: Pick<Principal, 'scope'>): readonly string[] | undefined {
  return scope.sites === 'all' ? undefined : scope.sites;
}

/** True when what belongs to a site is the principal's to see. */
export function isVisible({ scope }: Pick<Principal, 'scope'>, site: string): boolean {
  return scope.sites === 'all' || scope.sites.includes(site);
}

/** True when nothing of these sites is beyond what a principal may see and touch. */
export function covers({ scope }: Pick<Principal, 'scope'>, sites: Sites): boolean {
  return scope.sites === 'all' || (sites !== 'all' && sites.every((site) => scope.sites.includes(site)));
}

/** Keys of the sites a principal may see, `undefined` for all. */
export type SiteKeys = readonly number[] | undefined;

/** The keys of the sites a principal may see; those nothing ever belonged to have none. */
export function visibleSiteKeys(db: Reader, principal: Pick<Principal, 'scope'>): SiteKeys {
  const names = visibleSites(principal);
  return names === undefined ? undefined : db.all(build.selectFrom('sites').select('key').where('name', 'in', names)).map(({ key }) => key);
}

interface Merge<Row> {
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** At most `limit` rows of one site in the order of their places, or of all sites. */
  readonly read: (siteKey: number | undefined) => readonly Row[];
  readonly placeOf: (row: Row) => number;
}

/**
 * The first rows over some sites: each site's own, found by its index, merged. One query over several sites would make SQLite either sort all
 * there is of them or walk everybody's rows for theirs.
 */
export function readOverSites<Row>(sites: SiteKeys, { order, limit, read, placeOf }: Merge<Row>): readonly Row[] {
  if (sites === undefined) return read(undefined);
  const rows = new Map(sites.flatMap((site) => read(site).map((row) => [placeOf(row), row] as const)));
  const sign = order === 'asc' ? 1 : -1;
  return [...rows].sort(([one], [other]) => sign * (one - other)).slice(0, limit).map(([, row]) => row);
}
