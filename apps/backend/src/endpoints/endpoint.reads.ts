import type { EndpointStatus } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

/** Every endpoint an execution of all may run on; one in quarantine gets no commands. */
export function targetableEndpoints(reader: Reader): string[] {
  return reader.all(build.selectFrom('endpoints').select('id').where('quarantined', '=', 0).orderBy('key')).map(({ id }) => id);
}

/** Which of these endpoints are known, and whether they are in quarantine. */
export function findEndpoints(reader: Reader, ids: readonly string[]): Map<string, { readonly quarantined: boolean }> {
  const found = new Map<string, { readonly quarantined: boolean }>();
  // SQLite takes a bounded number of parameters.
  for (let start = 0; start < ids.length; start += 500) {
    const query = build.selectFrom('endpoints').select(['id', 'quarantined']).where('id', 'in', ids.slice(start, start + 500));
    for (const row of reader.all(query)) found.set(row.id, { quarantined: row.quarantined === 1 });
  }
  return found;
}

/** An endpoint as the history last told of its presence; `observedAt` is null for one never seen. */
export interface PresenceRow {
  readonly id: string;
  readonly nkey: string;
  readonly status: EndpointStatus;
  readonly observedAt: string | null;
}

export function presenceRows(reader: Reader): PresenceRow[] {
  return reader.all(build.selectFrom('endpoints').select(['id', 'nkey', 'status', 'observedAt']).orderBy('key'));
}

export function presenceRow(reader: Reader, endpointId: string): PresenceRow | undefined {
  return reader.get(build.selectFrom('endpoints').select(['id', 'nkey', 'status', 'observedAt']).where('id', '=', endpointId));
}

export function countEndpoints(reader: Reader): { readonly total: number; readonly online: number } {
  const rows = reader.all(build.selectFrom('endpoints').select((query) => ['status', query.fn.countAll<number>().as('count')]).groupBy('status'));
  return { total: rows.reduce((sum, { count }) => sum + count, 0), online: rows.find(({ status }) => status === 'online')?.count ?? 0 };
}
