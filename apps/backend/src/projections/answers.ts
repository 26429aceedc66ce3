import { formatPosition } from '@kanade/contracts';
import { trimmedBefore } from '@kanade/read-models';
import type { KeptKind, Reader } from '@kanade/read-models';
import { DomainError } from '../domain-error.ts';

/** Reads several things of one state of the read model, with the position of that state. */
export function answerAt<Result>(db: Reader, read: (position: string) => Result): Result {
  return db.snapshot((place) => read(formatPosition(place)));
}

export const notFound = (what: string, id: string): DomainError => new DomainError('not-found', `There is no ${what} ${id}.`, { details: { id } });

/** As `notFound`, for what is let go in time: says so once some of it has been. */
export function notKept(db: Reader, kind: KeptKind, what: string, id: string): DomainError {
  const before = trimmedBefore(db, kind);
  if (before === 0) return notFound(what, id);
  const text = `There is no ${what} ${id} in the read model, which keeps none from before ${new Date(before).toISOString()}; the record has the events of those: kanade event export FILE.`;
  return new DomainError('not-found', text, { details: { id } });
}
