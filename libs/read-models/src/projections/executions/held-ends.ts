import { endpointEventValidators } from '@kanade/messages';
import type { EventMap } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { HeldEndsTable } from '../../generated/tables.ts';
import { prepareAll, prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { NoArguments, Parameter } from '../../sqlite/statements.ts';
import { outputStreamNumbers } from '../output/stream-numbers.ts';

export type RunFinished = EventMap['kanade.run.finished.v1'];

/** An end that waits for output, as it is applied once that is there. */
export interface HeldEnd {
  readonly runKey: number;
  readonly position: number;
  readonly recordedAt: number;
  readonly event: RunFinished;
}

const prepare = ({ connection }: Session) => ({
  chunksOf: prepareGet(connection, (query, parameter: Parameter<{ runKey: number; stream: number }>) =>
    query
      .selectFrom('chunks')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('runKey', '=', parameter('runKey'))
      .where('stream', '=', parameter('stream'))),
  insert: prepareWrite(connection, (query, parameter: Parameter<HeldEndsTable>) =>
    query.insertInto('heldEnds').values({
      runKey: parameter('runKey'), position: parameter('position'), recordedAt: parameter('recordedAt'), stdoutChunks: parameter('stdoutChunks'),
      stderrChunks: parameter('stderrChunks'), event: parameter('event'),
    })),
  remove: prepareWrite(connection, (query, parameter: Parameter<{ runKey: number }>) => query.deleteFrom('heldEnds').where('runKey', '=', parameter('runKey'))),
  find: prepareGet(connection, (query, parameter: Parameter<{ runKey: number }>) => query.selectFrom('heldEnds').selectAll().where('runKey', '=', parameter('runKey'))),
  upTo: prepareAll(connection, (query, parameter: Parameter<{ position: number }>) =>
    query.selectFrom('heldEnds').select('runKey').where('position', '<=', parameter('position')).orderBy('position')),
  first: prepareGet(connection, (query, _: Parameter<NoArguments>) => query.selectFrom('heldEnds').select(({ fn }) => fn.min('position').as('position'))),
  keys: prepareAll(connection, (query, _: Parameter<NoArguments>) => query.selectFrom('heldEnds').select('runKey')),
});

function readEvent(text: string): RunFinished {
  const value: unknown = JSON.parse(text);
  const validate = endpointEventValidators.get('kanade.run.finished.v1');
  if (validate?.(value) !== true || value.type !== 'kanade.run.finished.v1') throw new Error('a held end is not what was written');
  return value;
}

/**
 * Ends whose output has not been folded yet. The two streams are read apart, so `run.finished` can come before the chunks it names; until they
 * are there the run stays as it was, and nobody ever sees a result without its output.
 */
export function openHeldEnds(session: Session) {
  const statements = prepare(session);
  // Nearly always empty; asking the table for every chunk would cost more than the chunk.
  let held: Set<number> | undefined;
  const all = (): Set<number> => (held ??= new Set(statements.keys({}).map(({ runKey }) => runKey)));
  const complete = (runKey: number, needed: { readonly stdoutChunks: number; readonly stderrChunks: number }): boolean =>
    (needed.stdoutChunks === 0 || (statements.chunksOf({ runKey, stream: outputStreamNumbers.stdout })?.count ?? 0) >= needed.stdoutChunks) &&
    (needed.stderrChunks === 0 || (statements.chunksOf({ runKey, stream: outputStreamNumbers.stderr })?.count ?? 0) >= needed.stderrChunks);
  const take = (runKey: number): HeldEnd | undefined => {
    const row = statements.find({ runKey });
    if (row === undefined) return undefined;
    statements.remove({ runKey });
    all().delete(runKey);
    return { runKey, position: row.position, recordedAt: row.recordedAt, event: readEvent(row.event) };
  };

  return {
    has: (runKey: number): boolean => all().has(runKey),
    complete,
    hold(end: HeldEnd, needed: { readonly stdoutChunks: number; readonly stderrChunks: number }): void {
      statements.insert({ runKey: end.runKey, position: end.position, recordedAt: end.recordedAt, ...needed, event: JSON.stringify(end.event) });
      all().add(end.runKey);
    },
    /** The end held for a run, taken out, when all of its output is there now. */
    takeComplete(runKey: number): HeldEnd | undefined {
      if (!all().has(runKey)) return undefined;
      const row = statements.find({ runKey });
      return row !== undefined && complete(runKey, row) ? take(runKey) : undefined;
    },
    /** The end held for a run, taken out whether or not its output is there. */
    take: (runKey: number): HeldEnd | undefined => (all().has(runKey) ? take(runKey) : undefined),
    /** All ends held up to a position, taken out: their output is gone for good. */
    takeUpTo: (position: number): HeldEnd[] => statements.upTo({ position }).flatMap(({ runKey }) => take(runKey) ?? []),
    /** Position of the first end that is held, null when none is. */
    firstPosition: (): number | null => (all().size === 0 ? null : (statements.first({})?.position ?? null)),
    forget(): void {
      held = undefined;
    },
  };
}
