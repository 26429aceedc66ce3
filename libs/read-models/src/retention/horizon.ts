import { sql } from 'kysely';
import type { Reader } from '../reader.ts';
import { build } from '../sqlite/statements.ts';
import type { KeptKind } from './kept.ts';

const trimsQuery = build.selectFrom('trims').select(['kind', 'before', 'position', 'swept']);
const firstHourQuery = build.selectFrom('hours').select('hour').orderBy('hour').limit(1);
const unusedSql = sql<{ bytes: number }>`SELECT f.freelist_count * p.page_size AS bytes FROM pragma_freelist_count f, pragma_page_size p`;
const hourMs = 3_600_000;

/** The first position that can be looked back to; 0 while nothing of the past has gone. A moment also needs the index of the events. */
export function firstPastPosition({ all }: Pick<Reader, 'all'>): number {
  const last = Math.max(0, ...all(trimsQuery).flatMap(({ kind, position }) => (kind === 'past' || kind === 'events' ? [position] : [])));
  return last === 0 ? 0 : last + 1;
}

/** Before when (Unix ms) rows of a kind have gone or are going; 0 while none are. */
export function trimmedBefore({ all }: Pick<Reader, 'all'>, kind: KeptKind): number {
  const [cut] = all(trimsQuery.where('kind', '=', kind));
  const [first] = all(firstHourQuery);
  return cut === undefined || first === undefined || (cut.position === 0 && cut.before <= first.hour * hourMs) ? 0 : cut.before;
}

/** Bytes of the file that hold nothing: rows that were let go, or were moved, have left them for others. */
export function unusedBytes({ all }: Pick<Reader, 'all'>): number {
  return all({ compile: () => unusedSql.compile(build) })[0]?.bytes ?? 0;
}

/** Up to which position the index of the events has only some of them. */
export function sweptEvents({ all }: Pick<Reader, 'all'>): number {
  return all(trimsQuery.where('kind', '=', 'events'))[0]?.swept ?? 0;
}
