import type { EndpointStanding, EndpointStatus, Sites } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

/** Every endpoint of these sites an execution may run on; one in quarantine, or that is not (or no longer) let in, gets no commands. */
export function targetableEndpoints(reader: Reader, sites: Sites): string[] {
  const query = build
    .selectFrom('endpoints')
    .select('id')
    .where('quarantined', '=', 0)
    .where('standing', '=', 'active')
    .$if(sites !== 'all', (endpoints) => endpoints.where('site', 'in', sites === 'all' ? [] : sites))
    .orderBy('key');
  return reader.all(query).map(({ id }) => id);
}

export interface FoundEndpoint {
  readonly quarantined: boolean;
  readonly standing: EndpointStanding;
  readonly site: string;
}

/** Which of these endpoints are known, and whether anything may be sent to them. */
export function findEndpoints(reader: Reader, ids: readonly string[]): Map<string, FoundEndpoint> {
  const found = new Map<string, FoundEndpoint>();
  // SQLite takes a bounded number of parameters.
  for (let start = 0; start < ids.length; start += 500) {
    const query = build.selectFrom('endpoints').select(['id', 'quarantined', 'standing', 'site']).where('id', 'in', ids.slice(start, start + 500));
    for (const row of reader.all(query)) found.set(row.id, { quarantined: row.quarantined === 1, standing: row.standing, site: row.site });
  }
  return found;
}

/** Where an endpoint's chain ends in what has been folded; undefined when none of its events was. */
export function chainEnd(reader: Reader, endpointId: string) {
  const query = build
    .selectFrom('chains')
    .innerJoin('endpoints', 'endpoints.key', 'chains.endpointKey')
    .select(['chains.epoch', 'chains.sequence', 'chains.hash'])
    .where('endpoints.id', '=', endpointId)
    // What it stored outside of any chain is counted in the same row.
    .where('chains.epoch', '>', 0);
  return reader.get(query);
}

/** Every key that may never sign in again, oldest first; `revokedAt` in Unix ms. */
export function revokedKeys(reader: Reader) {
  return reader.all(
    build
      .selectFrom('revokedKeys')
      .innerJoin('endpoints', 'endpoints.key', 'revokedKeys.endpointKey')
      .select(['endpoints.id as endpointId', 'revokedKeys.nkey', 'revokedKeys.revokedAt'])
      .orderBy('revokedKeys.revokedAt'),
  );
}

export function revokedKeyCount(reader: Reader): number {
  return reader.get(build.selectFrom('revokedKeys').select(({ fn }) => fn.countAll<number>().as('count')))?.count ?? 0;
}

/** An endpoint as the history last told of its presence; `observedAt` is null for one never seen. */
export interface PresenceRow {
  readonly id: string;
  readonly nkey: string;
  readonly site: string;
  readonly status: EndpointStatus;
  readonly observedAt: string | null;
}

export function presenceRows(reader: Reader): PresenceRow[] {
  return reader.all(build.selectFrom('endpoints').select(['id', 'nkey', 'site', 'status', 'observedAt']).orderBy('key'));
}

export function presenceRow(reader: Reader, endpointId: string): PresenceRow | undefined {
  return reader.get(build.selectFrom('endpoints').select(['id', 'nkey', 'site', 'status', 'observedAt']).where('id', '=', endpointId));
}

export const heldEndpointsSql = () => build.selectFrom('endpoints').select(['id', 'heldUntil']).where('heldCause', 'is not', null).orderBy('key');

/** Ids of the endpoints whose events are not let through, and when that ends (RFC 3339; null: when somebody says so). */
export function heldEndpoints(reader: Reader) {
  return reader.all(heldEndpointsSql());
}

export interface Budget {
  readonly events: number;
  readonly bytes: number;
}

// One row for each endpoint, read from end to end: an index would be moved by every event, for a question asked every two seconds.
export const endpointsOverBudgetSql = (day: number, budget: Budget) =>
  build
    .selectFrom('chains')
    .innerJoin('endpoints', 'endpoints.key', 'chains.endpointKey')
    .select(['endpoints.id', 'chains.events', 'chains.bytes'])
    .where('chains.day', '=', day)
    .where((row) => row.or([row('chains.events', '>', budget.events), row('chains.bytes', '>', budget.bytes)]))
    .where('endpoints.heldCause', 'is', null)
    .where('endpoints.standing', '=', 'active');

/** Endpoints that have stored more on a day (days since 1970, UTC) than they may, and are not held for it yet. */
export function endpointsOverBudget(reader: Reader, day: number, budget: Budget) {
  return reader.all(endpointsOverBudgetSql(day, budget));
}

export function countEndpoints(reader: Reader): { readonly total: number; readonly online: number; readonly held: number } {
  const rows = reader.all(build.selectFrom('endpoints').select((query) => ['status', query.fn.countAll<number>().as('count')]).where('standing', '=', 'active').groupBy('status'));
  return { total: rows.reduce((sum, { count }) => sum + count, 0), held: heldEndpoints(reader).length, online: rows.find(({ status }) => status === 'online')?.count ?? 0 };
}
