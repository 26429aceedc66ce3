import { sql } from 'kysely';
import type { StoredMessage } from '../../fold/message.ts';
import type { Session } from '../../fold/session.ts';
import type { EndpointDaysTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

const dayMs = 86_400_000;

/** The day of a moment (Unix ms) as budgets count them: days since 1970, UTC. */
export const budgetDay = (at: number): number => Math.floor(at / dayMs);

/** What a message takes of the record, bytes; headers count, or they would be the way round. */
function sizeOf({ subject, headers, body }: StoredMessage): number {
  let size = subject.length + body.length;
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}

function prepareStatements({ connection }: Session) {
  return {
    add: prepareWrite(connection, (query, parameter: Parameter<EndpointDaysTable>) =>
      query
        .insertInto('endpointDays')
        .values({ endpointKey: parameter('endpointKey'), day: parameter('day'), events: parameter('events'), bytes: parameter('bytes') })
        .onConflict((conflict) =>
          conflict.column('endpointKey').doUpdateSet((row) => {
            const sum = (column: 'events' | 'bytes') =>
              sql<number>`case when ${sql.ref('endpointDays.day')} = ${row.ref('excluded.day')} then ${sql.ref(`endpointDays.${column}`)} else 0 end + ${row.ref(`excluded.${column}`)}`;
            return { day: row.ref('excluded.day'), events: sum('events'), bytes: sum('bytes') };
          }),
        )),
    reset: prepareWrite(connection, (query, parameter: Parameter<{ endpointKey: number }>) => query.deleteFrom('endpointDays').where('endpointKey', '=', parameter('endpointKey'))),
  };
}

/** Counts what each endpoint stores in a day, by the broker's clock, whether it can be folded or not. */
export function openBudgets(session: Session) {
  const statements = prepareStatements(session);
  // Written once in a commit: one statement for each event would be a fifth of what folding it costs.
  const pending = new Map<number, { day: number; events: number; bytes: number }>();
  return {
    count(endpointKey: number, message: StoredMessage): void {
      const day = budgetDay(message.recordedAt);
      const bytes = sizeOf(message);
      const known = pending.get(endpointKey);
      if (known?.day === day) {
        known.events += 1;
        known.bytes += bytes;
        return;
      }
      if (known !== undefined) statements.add({ endpointKey, ...known });
      pending.set(endpointKey, { day, events: 1, bytes });
    },
    /** Whoever is released begins anew, or it would be held again at once. */
    reset(endpointKey: number): void {
      pending.delete(endpointKey);
      statements.reset({ endpointKey });
    },
    flush(): void {
      for (const [endpointKey, used] of pending) statements.add({ endpointKey, ...used });
      pending.clear();
    },
    forget(): void {
      pending.clear();
    },
  };
}
