import type { EventHandlers } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { SecretsTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

/** Secrets of jobs: which there are, for which sites, since when. */
export function openSecrets({ connection, changes }: Session, nameOf: (principal: string) => string) {
  const save = prepareWrite(connection, (query, parameter: Parameter<SecretsTable>) =>
    query
      .insertInto('secrets')
      .values({
        key: parameter('key'), name: parameter('name'), version: parameter('version'), sites: parameter('sites'), setAt: parameter('setAt'), setBy: parameter('setBy'),
        valueId: parameter('valueId'),
      })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet((row) => ({
          version: row.ref('excluded.version'), sites: row.ref('excluded.sites'), setAt: row.ref('excluded.setAt'), setBy: row.ref('excluded.setBy'),
          valueId: row.ref('excluded.valueId'),
        })),
      ));
  const remove = prepareWrite(connection, (query, parameter: Parameter<{ name: string }>) =>
    query.updateTable('secrets').set({ valueId: null }).where('name', '=', parameter('name')));

  const events: EventHandlers = {
    'kanade.secret.set.v1': ({ data, time, principal }, { position }) => {
      save({ key: position, name: data.name, version: data.version, sites: JSON.stringify(data.sites), setAt: time, setBy: nameOf(principal ?? 'system'), valueId: data.valueId });
      changes.row('secret', data.name);
      return undefined;
    },
    'kanade.secret.deleted.v1': ({ data }) => {
      if (remove({ name: data.name }) === 0) return refuse('secret-unknown', `secret ${data.name} was never set`);
      changes.row('secret', data.name);
      return undefined;
    },
  };
  return { events };
}
