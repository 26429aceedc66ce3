import { formatPosition } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import { DomainError } from '../domain-error.ts';

/** Reads several things of one state of the read model, with the position of that state. */
export function answerAt<Result>(db: Reader, read: (position: string) => Result): Result {
  return db.snapshot((place) => read(formatPosition(place)));
}

export const notFound = (what: string, id: string): DomainError => new DomainError('not-found', `There is no ${what} ${id}.`, { details: { id } });
