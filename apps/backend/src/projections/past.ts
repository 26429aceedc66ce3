import { formatPosition, parsePosition } from '@kanade/contracts';
import { openPastReader, openReader } from '@kanade/read-models';
import type { PastReader, ReadPlace, Reader } from '@kanade/read-models';
import { DomainError } from '../domain-error.ts';

/** The refusal of a position that another history gave. */
export const positionUnknown = (position: string, place: ReadPlace): DomainError =>
  new DomainError('position-unknown', `Position ${position} belongs to another history; this one is ${place.incarnation}.`, { details: { position: formatPosition(place) } });

/** The refusal of a moment further back than is kept. */
export const pastTrimmed = (first: number, { incarnation }: ReadPlace): DomainError =>
  new DomainError(
    'past-trimmed',
    `The read model looks back to position ${incarnation}:${first}. What was before is in the record: export it up to the moment (kanade event export FILE --to TIME) and look at it with kanade event replay FILE.`,
    { details: { position: formatPosition({ incarnation, sequence: first }) } },
  );

/** A read model's file, open for queries: of the present, and of the past once somebody looks back. */
export class OpenModel {
  readonly present: Reader;
  private readonly file: string;
  private past: PastReader | undefined;

  constructor(file: string) {
    this.file = file;
    this.present = openReader(file);
  }

  /** Everything as of a moment (a position, or a time) of what is folded up to `place`; throws DomainError for one that is none. */
  at(moment: string, place: ReadPlace): Reader {
    const position = parsePosition(moment);
    if (position !== undefined && position.incarnation !== place.incarnation) throw positionUnknown(moment, place);
    this.past ??= openPastReader(this.file);
    const sequence = position?.sequence ?? this.past.positionAt(Date.parse(moment));
    const first = this.past.firstPosition();
    if (sequence < first) throw pastTrimmed(first, place);
    return this.past.at(sequence);
  }

  close(): void {
    this.present.close();
    this.past?.close();
  }
}

/** Refuses a time that is still to come: nobody knows what will have been recorded by then. */
export function refuseFuture(moment: string, now: number): void {
  if (parsePosition(moment) !== undefined || Date.parse(moment) <= now) return;
  throw new DomainError('invalid-request', 'The time to look back to lies in the future.', { errors: [{ path: 'at', message: 'give a time that is past, or a position' }] });
}
