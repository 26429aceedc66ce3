import type { Session } from '../fold/session.ts';
import type { TrimsTable } from '../generated/tables.ts';
import { prepareAll, prepareGet, prepareWrite } from '../sqlite/statements.ts';
import type { NoArguments, Parameter } from '../sqlite/statements.ts';
import { youngHours } from './kept.ts';
import type { Keep, Kept, KeptKind } from './kept.ts';

export const hourMs = 3_600_000;

/** What of one kind goes, as `trims` has it. */
export type Cut = Pick<TrimsTable, 'before' | 'position' | 'swept'> & { readonly draining: boolean };

const prepare = ({ connection }: Session) => ({
  all: prepareAll(connection, (query, _: Parameter<NoArguments>) => query.selectFrom('trims').selectAll()),
  save: prepareWrite(connection, (query, parameter: Parameter<TrimsTable>) =>
    query.replaceInto('trims').values({
      kind: parameter('kind'), before: parameter('before'), position: parameter('position'), swept: parameter('swept'), draining: parameter('draining'),
    })),
  lastHour: prepareGet(connection, (query, _: Parameter<NoArguments>) => query.selectFrom('hours').select('hour').orderBy('hour', 'desc').limit(1)),
  addHour: prepareWrite(connection, (query, parameter: Parameter<{ hour: number; position: number }>) =>
    query.insertInto('hours').values({ hour: parameter('hour'), position: parameter('position') })),
  firstFrom: prepareGet(connection, (query, parameter: Parameter<{ hour: number }>) =>
    query.selectFrom('hours').select('position').where('hour', '>=', parameter('hour')).orderBy('hour').limit(1)),
  recorded: prepareGet(connection, (query, parameter: Parameter<{ position: number }>) =>
    query.selectFrom('events').select('recordedAt').where('position', '=', parameter('position'))),
  auditCount: prepareGet(connection, (query, _: Parameter<NoArguments>) => query.selectFrom('audit').select(({ fn }) => fn.countAll<number>().as('count'))),
  auditAt: prepareGet(connection, (query, parameter: Parameter<{ index: number }>) =>
    query.selectFrom('audit').select('position').orderBy('position').limit(1).offset(parameter('index'))),
  lastRun: prepareGet(connection, (query, _: Parameter<NoArguments>) => query.selectFrom('runs').select('key').orderBy('key', 'desc').limit(1)),
  executionOf: prepareGet(connection, (query, parameter: Parameter<{ run: number }>) =>
    query.selectFrom('runs').select('executionKey').where('key', '<=', parameter('run')).orderBy('key', 'desc').limit(1)),
});

/**
 * Where the rows that go end. All of it follows from the recorded times and the number of what has been folded, at the first event of each hour:
 * whoever folds the same history draws the same lines.
 */
export function openCuts(session: Session, kept: Kept) {
  const statements = prepare(session);
  /** The last position recorded before an hour. */
  const lastBefore = (hour: number): number => (hour <= 0 ? 0 : (statements.firstFrom({ hour })?.position ?? 1) - 1);
  // Counting takes long where there are many; there are never more than there were, and one for each event since.
  let audited = { count: 0, position: 0, known: false };
  const overAudit = (most: number, position: number): number => {
    if (audited.known && audited.count + position - audited.position <= most) return 0;
    if (!audited.known && position <= most) return 0;
    audited = { count: statements.auditCount({})?.count ?? 0, position, known: true };
    return audited.count <= most ? 0 : (statements.auditAt({ index: audited.count - most - 1 })?.position ?? 0);
  };
  const over = (kind: KeptKind, most: number, position: number): number => {
    if (kind === 'executions') return statements.executionOf({ run: (statements.lastRun({})?.key ?? 0) - most })?.executionKey ?? 0;
    return kind === 'audit' ? overAudit(most, position) : Math.max(0, position - 1 - most);
  };
  const cut = (kind: KeptKind, { hours, most }: Keep, hour: number, position: number): Pick<Cut, 'before' | 'position'> => {
    const before = Math.max(0, hour - hours) * hourMs;
    const tooMany = Math.min(over(kind, most, position), lastBefore(hour - youngHours));
    // Those that have ended go by when they did, not by where they began.
    if (kind === 'executions') return { before, position: tooMany };
    const tooOld = lastBefore(hour - hours);
    if (tooOld >= tooMany) return { before, position: tooOld };
    return { before: Math.max(before, (statements.recorded({ position: tooMany })?.recordedAt ?? 0) + 1), position: tooMany };
  };
  return {
    /** The newest hour something was recorded in, and what goes since then. */
    load: (): { hour: number; cuts: Map<string, Cut> } => ({
      hour: statements.lastHour({})?.hour ?? -1,
      cuts: new Map(statements.all({}).map(({ kind, draining, ...rest }) => [kind, { ...rest, draining: draining === 1 }])),
    }),
    save: (kind: KeptKind, { draining, ...rest }: Cut): void => void statements.save({ kind, ...rest, draining: draining ? 1 : 0 }),
    /** An hour begins with the event at a position. */
    addHour: (hour: number, position: number): void => void statements.addHour({ hour, position }),
    of: (kind: KeptKind, hour: number, position: number) => cut(kind, kept[kind], hour, position),
    /** Rows of the audit may come back with a rollback. */
    forget(): void {
      audited = { count: 0, position: 0, known: false };
    },
  };
}
