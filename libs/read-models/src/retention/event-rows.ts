import type { Session } from '../fold/session.ts';
import { prepareAll, prepareWrite } from '../sqlite/statements.ts';
import type { Parameter } from '../sqlite/statements.ts';

/** Where endpoints were given the keys they sign with: whoever verifies an export asks for them, however old they are. */
const keyTypes = ['kanade.endpoint.enrolled.v1', 'kanade.endpoint.rekeyed.v1'] as const;

const prepare = ({ connection }: Session) => ({
  /** What the audit tells is read from the index too. */
  sweep: prepareWrite(connection, (query, parameter: Parameter<{ after: number; to: number }>) =>
    query
      .deleteFrom('events')
      .where('position', '>', parameter('after'))
      .where('position', '<=', parameter('to'))
      .where('typeKey', 'not in', (types) => types.selectFrom('eventTypes').select('key').where('name', 'in', keyTypes))
      .where((test) => test.not(test.exists(test.selectFrom('audit').select('audit.position').whereRef('audit.position', '=', 'events.position'))))),
  audited: prepareAll(connection, (query, parameter: Parameter<{ position: number; most: number }>) =>
    query.selectFrom('audit').select('position').where('position', '<=', parameter('position')).orderBy('position').limit(parameter('most'))),
  forget: prepareWrite(connection, (query, parameter: Parameter<{ position: number }>) => query.deleteFrom('audit').where('position', '=', parameter('position'))),
  sweptUpTo: prepareAll(connection, (query, parameter: Parameter<{ kind: string }>) => query.selectFrom('trims').select('swept').where('kind', '=', parameter('kind'))),
});

/** Lets rows of the index of the events, and of the audit, go. */
export function openEventTrim(session: Session) {
  const statements = prepare(session);
  return {
    /** Goes through the index from one position to another; what stays in it stays. */
    sweep(swept: number, to: number): { readonly removed: number; readonly swept: number } {
      if (to <= swept) return { removed: 0, swept };
      statements.sweep({ after: swept, to });
      return { removed: to - swept, swept: to };
    },
    /** Rows of the audit up to a position, and those of the index that were there for them. */
    audit(position: number, most: number): number {
      const rows = statements.audited({ position, most });
      const swept = statements.sweptUpTo({ kind: 'events' })[0]?.swept ?? 0;
      for (const row of rows) {
        statements.forget(row);
        if (row.position <= swept) statements.sweep({ after: row.position - 1, to: row.position });
      }
      return rows.length;
    },
  };
}
