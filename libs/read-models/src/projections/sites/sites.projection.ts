import type { EventHandlers } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { SitesTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

/** The sites people made. */
export function openSites({ connection, keys, changes }: Session, nameOf: (principal: string) => string) {
  const list = prepareWrite(connection, (query, parameter: Parameter<Omit<SitesTable, 'key' | 'name'> & { key: number }>) =>
    query
      .updateTable('sites')
      .set({ listed: parameter('listed'), createdAt: parameter('createdAt'), createdBy: parameter('createdBy') })
      .where('key', '=', parameter('key')));
  const events: EventHandlers = {
    'kanade.site.created.v1': ({ data: { site }, time, principal }) => {
      list({ key: keys.site(site), listed: 1, createdAt: time, createdBy: nameOf(principal ?? 'system') });
      changes.row('site', site);
      return undefined;
    },
    'kanade.site.deleted.v1': ({ data: { site } }) => {
      list({ key: keys.site(site), listed: 0, createdAt: null, createdBy: null });
      changes.row('site', site);
      return undefined;
    },
  };
  return { events };
}
