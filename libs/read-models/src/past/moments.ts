import type { Connection } from '../sqlite/open.ts';

/** One moment of the history: everything recorded up to a position. */
export interface Moment {
  readonly position: number;
  /** When the event there was recorded, Unix ms; 0 before the first. */
  readonly recordedAt: number;
  /** Key of the last run that was targeted by then. */
  readonly lastRun: number;
  /** The first position of the hour (of UTC) it is in. */
  readonly hourPosition: number;
}

const hourMs = 3_600_000;
const mostKnown = 1000;

/** Finds moments by binary search: keys of runs and recorded times grow with positions, so neither needs an index for it. */
export class Moments {
  readonly #known = new Map<number, Moment>();
  readonly #queuedAt;
  readonly #lastRun;
  readonly #recorded;
  readonly #lastEvent;

  constructor(connection: Connection) {
    this.#queuedAt = connection.prepare<[number], { key: number; position: number }>('SELECT "key", queuedPosition AS position FROM main.runs WHERE "key" >= ? ORDER BY "key" LIMIT 1');
    this.#lastRun = connection.prepare<[], { key: number }>('SELECT "key" FROM main.runs ORDER BY "key" DESC LIMIT 1');
    this.#recorded = connection.prepare<[number], { position: number; recordedAt: number }>('SELECT position, recordedAt FROM main.events WHERE position <= ? ORDER BY position DESC LIMIT 1');
    this.#lastEvent = connection.prepare<[], { position: number }>('SELECT position FROM main.events ORDER BY position DESC LIMIT 1');
  }

  /** The moment of a position that is folded. */
  of(position: number): Moment {
    const known = this.#known.get(position);
    if (known !== undefined) return known;
    const recordedAt = this.#recorded.get(position)?.recordedAt ?? 0;
    const moment = { position, recordedAt, lastRun: this.#lastRunBy(position), hourPosition: this.#positionAt(recordedAt - (recordedAt % hourMs) - 1, position) + 1 };
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(position, moment);
    return moment;
  }

  /** The last position recorded at a time (Unix ms) or earlier, 0 where there is none. */
  positionAt(time: number): number {
    return this.#positionAt(time, this.#lastEvent.get()?.position ?? 0);
  }

  #positionAt(time: number, last: number): number {
    return lastThat(0, last, (position) => position === 0 || (this.#recorded.get(position)?.recordedAt ?? 0) <= time);
  }

  #lastRunBy(position: number): number {
    return lastThat(0, this.#lastRun.get()?.key ?? 0, (key) => key === 0 || (this.#queuedAt.get(key)?.position ?? Infinity) <= position);
  }
}

/** The last whole number from `low` to `high` that holds, where all up to it do, `low` included. */
function lastThat(low: number, high: number, holds: (value: number) => boolean): number {
  let [last, end] = [low, high];
  while (last < end) {
    const middle = Math.ceil((last + end) / 2);
    if (holds(middle)) last = middle;
    else end = middle - 1;
  }
  return last;
}
