import { openQueries, readPlace } from '../reader.ts';
import type { Reader } from '../reader.ts';
import { firstPastPosition } from '../retention/horizon.ts';
import { openForReading } from '../sqlite/open.ts';
import { Moments } from './moments.ts';
import type { Moment } from './moments.ts';
import { createViews } from './views.ts';

/** Reads the read model as it was. */
export interface PastReader {
  /** Everything as of a position that is folded: the answers are those a fold up to there would give. */
  at(position: number): Reader;
  /** The last position recorded at a time (Unix ms) or earlier; 0 before the first. */
  positionAt(time: number): number;
  /** The first position that can be looked back to; 0 while nothing of the past has gone. */
  firstPosition(): number;
  close(): void;
}

/** Opens a read model's past, on a connection of its own: the same queries, over views that go before the tables. */
export function openPastReader(file: string): PastReader {
  const connection = openForReading(file);
  const moments = new Moments(connection);
  const moveTo = createViews(connection);
  let current: Moment | undefined;
  const queries = openQueries(connection);

  const readerOf = (moment: Moment): Reader => {
    const then = <Result>(act: () => Result): Result => {
      if (current !== moment) moveTo(moment);
      current = moment;
      return act();
    };
    return {
      all: (query) => then(() => queries.all(query)),
      get: (query) => then(() => queries.all(query)[0]),
      plan: (query) => then(() => queries.plan(query)),
      snapshot: (read) => connection.transaction(() => read({ incarnation: readPlace(queries).incarnation, sequence: moment.position })).deferred(),
      checkpoint: () => moment.position,
      asOf: moment.recordedAt,
      close: () => undefined,
    };
  };
  return {
    at: (position) => readerOf(moments.of(position)),
    positionAt: (time) => moments.positionAt(time),
    firstPosition: () => firstPastPosition(queries),
    close: () => void connection.close(),
  };
}
