import type { EventMap, Place } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { FacetsTable, PackagesTable } from '../../generated/tables.ts';
import { prepareAll, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';
import { searchText } from './endpoint-rows.ts';

type PackageKey = Omit<PackagesTable, 'version' | 'fromPosition'>;

const preparePackages = ({ connection }: Session) => ({
  all: prepareAll(connection, (query, parameter: Parameter<{ endpointKey: number }>) =>
    query.selectFrom('packages').select(['endpointKey', 'searchName', 'name', 'architecture', 'source']).where('endpointKey', '=', parameter('endpointKey'))),
  remove: prepareWrite(connection, (query, parameter: Parameter<PackageKey>) =>
    query
      .deleteFrom('packages')
      .where('endpointKey', '=', parameter('endpointKey'))
      .where('searchName', '=', parameter('searchName'))
      .where('name', '=', parameter('name'))
      .where('architecture', '=', parameter('architecture'))
      .where('source', '=', parameter('source'))),
  set: prepareWrite(connection, (query, parameter: Parameter<PackagesTable>) =>
    query
      .insertInto('packages')
      .values({
        endpointKey: parameter('endpointKey'), searchName: parameter('searchName'), architecture: parameter('architecture'), source: parameter('source'),
        name: parameter('name'), version: parameter('version'), fromPosition: parameter('fromPosition'),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['endpointKey', 'searchName', 'name', 'architecture', 'source'])
          .doUpdateSet((row) => ({ version: row.ref('excluded.version') }))
          .whereRef('packages.version', '!=', 'excluded.version'))),
});

const identityOf = ({ name, architecture, source }: Omit<PackageKey, 'endpointKey' | 'searchName'>): string => JSON.stringify([name, architecture, source]);

/** The statements over facets and installed packages. */
export function openInventory(session: Session) {
  const { connection } = session;
  const packages = preparePackages(session);
  const setFacet = prepareWrite(connection, (query, parameter: Parameter<FacetsTable>) =>
    query
      .insertInto('facets')
      .values({
        endpointKey: parameter('endpointKey'), facet: parameter('facet'), value: parameter('value'), changedAt: parameter('changedAt'), position: parameter('position'),
      })
      .onConflict((conflict) =>
        conflict.columns(['endpointKey', 'facet']).doUpdateSet((row) => ({
          value: row.ref('excluded.value'), changedAt: row.ref('excluded.changedAt'), position: row.ref('excluded.position'),
        }))));
  const touch = prepareWrite(connection, (query, parameter: Parameter<{ key: number; at: string }>) =>
    query.updateTable('endpoints').set({ inventoryChangedAt: parameter('at') }).where('key', '=', parameter('key')));
  const countPackages = prepareWrite(connection, (query, parameter: Parameter<{ key: number }>) =>
    query
      .updateTable('endpoints')
      .set((row) => ({
        packageCount: row.selectFrom('packages').whereRef('packages.endpointKey', '=', 'endpoints.key').select(row.fn.countAll<number>().as('count')).$asScalar().$notNull(),
      }))
      .where('key', '=', parameter('key')));

  return {
    setFacet(event: EventMap['kanade.inventory.changed.v1'], { endpointKey, position }: Place): void {
      setFacet({ endpointKey, facet: event.data.facet, value: JSON.stringify(event.data.value), changedAt: event.time, position });
      touch({ key: endpointKey, at: event.time });
    },
    changePackages({ data, time }: EventMap['kanade.inventory.packages-changed.v1'], { endpointKey, position }: Place): void {
      const present = data.present.map((each) => ({ endpointKey, searchName: searchText(each.name), ...each, fromPosition: position }));
      // What is still there keeps its row: only what changed makes a history.
      const stays = new Set(data.reset ? present.map(identityOf) : []);
      for (const gone of data.reset ? packages.all({ endpointKey }) : []) if (!stays.has(identityOf(gone))) packages.remove(gone);
      for (const gone of data.removed) packages.remove({ endpointKey, searchName: searchText(gone.name), ...gone });
      for (const each of present) packages.set(each);
      countPackages({ key: endpointKey });
      touch({ key: endpointKey, at: time });
    },
  };
}
