import { DomainError } from '../domain-error.ts';

type SortValue = string | number;

/** The opaque cursor of the page after a row: the row's place in the list's order. */
export function writeCursor(place: readonly SortValue[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

const invalid = (): DomainError => new DomainError('invalid-request', 'The cursor is not one that this list has given.', { details: { path: 'cursor' } });

/** The key a cursor of a list ordered by key stands at. */
export function readKeyCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const value = parse(cursor);
  if (!Array.isArray(value) || value.length !== 1 || typeof value[0] !== 'number') throw invalid();
  return value[0];
}

/** The texts (and the key after them) a cursor stands at; `texts` is how many the list's order has. */
export function readTextCursor(cursor: string | undefined, texts: number): { readonly texts: string[]; readonly key: number } | undefined {
  if (cursor === undefined) return undefined;
  const value = parse(cursor);
  if (!Array.isArray(value) || value.length !== texts + 1) throw invalid();
  const key: unknown = value.at(-1);
  const found = value.slice(0, -1).filter((part: unknown) => typeof part === 'string');
  if (typeof key !== 'number' || found.length !== texts) throw invalid();
  return { texts: found, key };
}

/** Cuts what was read with one row too many to a page, with the cursor of the next one. */
export function cutPage<Row>(rows: readonly Row[], limit: number, placeOf: (row: Row) => readonly SortValue[]): { readonly rows: readonly Row[]; readonly nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last !== undefined ? writeCursor(placeOf(last)) : null };
}
