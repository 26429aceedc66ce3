import type { ReadEvent } from './signature-checks.ts';
import type { Defect } from './report.ts';

/** Some events of an export that are checked together: which positions there are to be, and what proves one. */
export interface Group {
  /** In order. */
  readonly expected: readonly number[];
  /** True when an event is the one recorded at a position. */
  readonly proves: (event: ReadEvent, position: number) => boolean;
}

/** Among so many events that are not what was recorded, it is looked whether they changed places. */
const mostMixedUp = 32;

/** The indices of the longest part of a list that is in order. */
function inOrder(list: readonly number[]): Set<number> {
  const ends: number[] = [];
  const before: number[] = [];
  for (const [index, value] of list.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[ends[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = index;
  }
  const kept = new Set<number>();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) kept.add(at);
  return kept;
}

/** Ranges of neighbours in `all`, for telling of many in one go. */
function ranges(some: readonly number[], all: readonly number[]): { readonly first: number; readonly last: number }[] {
  const index = new Map(all.map((position, at) => [position, at]));
  const found: { first: number; last: number; at: number }[] = [];
  for (const position of some) {
    const at = index.get(position) ?? -1;
    const open = found.at(-1);
    if (open?.at === at - 1) Object.assign(open, { last: position, at });
    else found.push({ first: position, last: position, at });
  }
  return found;
}

/** Holds what came against what was to come, group by group; what stands in the wrong group is found again in its own. */
export class Settlement {
  /** The last position that was to come so far. */
  settled: number;
  private readonly report: (defect: Defect) => void;
  private readonly early = new Map<number, ReadEvent>();
  private readonly missing = new Map<number, (event: ReadEvent) => boolean>();

  constructor(start: number, report: (defect: Defect) => void) {
    this.report = report;
    this.settled = start;
  }

  /** The events that are proven, in the order of their positions, and whether they are all that was to come. */
  settle(came: readonly ReadEvent[], { expected, proves }: Group): { readonly proven: readonly ReadEvent[]; readonly whole: boolean } {
    const wanted = new Set(expected);
    const first = new Map<number, ReadEvent>();
    for (const event of came) {
      const position = event.sequence;
      const other = first.get(position);
      if (!wanted.has(position)) this.stray(event, expected);
      else if (other === undefined) first.set(position, event);
      else first.set(position, this.twice(other, event, proves));
    }
    const proven = this.soundOf([...first.values()], expected, proves);
    const order = [...first.keys()];
    const kept = inOrder(order);
    for (const [index, position] of order.entries()) {
      if (!kept.has(index)) this.report({ kind: 'reordered', position, detail: 'the event does not stand between those it was recorded between' });
    }
    const absent = expected.filter((position) => !first.has(position));
    this.tellAbsent(absent, expected, proves, proven);
    this.settled = Math.max(this.settled, expected.at(-1) ?? 0);
    return { proven: proven.sort((one, other) => one.sequence - other.sequence), whole: proven.length === expected.length };
  }

  /** Positions nothing is known of but that they were to come. */
  skip(first: number, last: number, detail: string): void {
    this.report({ kind: 'missing', position: first, ...(last === first ? {} : { through: last }), detail });
    this.settled = Math.max(this.settled, last);
  }

  /** What came for positions that were never to come. */
  finish(): void {
    for (const position of this.early.keys()) this.report({ kind: 'inserted', position, detail: 'the event does not belong into the export' });
    this.early.clear();
  }

  private twice(one: ReadEvent, other: ReadEvent, proves: Group['proves']): ReadEvent {
    const position = one.sequence;
    const [isOne, isOther] = [proves(one, position), proves(other, position)];
    if (isOne === isOther) this.report({ kind: isOne ? 'duplicated' : 'inserted', position, detail: 'the position stands there more than once' });
    else this.report({ kind: 'inserted', position, detail: 'another event claims the position of the one that was recorded' });
    return isOther && !isOne ? other : one;
  }

  private soundOf(events: readonly ReadEvent[], expected: readonly number[], proves: Group['proves']): ReadEvent[] {
    const sound = events.filter((event) => proves(event, event.sequence));
    if (sound.length === events.length) return sound;
    const taken = new Set(sound.map(({ sequence }) => sequence));
    const free = expected.filter((position) => !taken.has(position));
    // Where nearly everything is wrong, whose place is whose says nothing any more.
    const candidates = free.length > mostMixedUp ? [] : free;
    for (const event of events) {
      const position = event.sequence;
      if (taken.has(position)) continue;
      const own = candidates.find((other) => other !== position && proves({ ...event, sequence: other }, other));
      if (own === undefined) this.report({ kind: 'altered', position, detail: 'the event is not the one that was recorded there' });
      else this.report({ kind: 'reordered', position, detail: `the event was recorded at ${own}` });
    }
    return sound;
  }

  private stray(event: ReadEvent, expected: readonly number[]): void {
    const position = event.sequence;
    const isMissing = this.missing.get(position);
    if (isMissing?.(event) === true) {
      this.missing.delete(position);
      this.report({ kind: 'reordered', position, detail: 'the event stands behind those it was recorded before' });
    } else if (position > (expected.at(-1) ?? this.settled)) {
      this.early.set(position, event);
    } else if (position > this.settled || isMissing !== undefined) {
      this.report({ kind: 'inserted', position, detail: 'the event does not belong into the export' });
    } else {
      this.report({ kind: 'duplicated', position, detail: 'the position stands there more than once' });
    }
  }

  private tellAbsent(absent: readonly number[], expected: readonly number[], proves: Group['proves'], proven: ReadEvent[]): void {
    const gone = absent.filter((position) => {
      const event = this.early.get(position);
      if (event === undefined || !proves(event, position)) return true;
      this.early.delete(position);
      proven.push(event);
      this.report({ kind: 'reordered', position, detail: 'the event stands before those it was recorded after' });
      return false;
    });
    for (const position of gone) this.missing.set(position, (event) => proves(event, position));
    for (const { first, last } of ranges(gone, expected)) {
      this.report({ kind: 'missing', position: first, ...(last === first ? {} : { through: last }), detail: last === first ? 'the event is not there' : 'the events are not there' });
    }
  }
}
