import { openQueries, readPlace } from '../reader.ts';
import type { Reader } from '../reader.ts';
import { openForReading } from '../sqlite/open.ts';
import { Moments } from './moments.ts';
import type { Moment } from './moments.ts';
import { createViews, momentFunctions } from './views.ts';

/** Reads the read model as it was. */
export interface PastReader {
  /** Everything as of a position that is folded: the answers are those a fold up to there would give. */
  at(position: number): Reader;
  /** The last position recorded at a time (Unix ms) or earlier; 0 before the first. */
  positionAt(time: number): number;
  close(): void;
}

/** Opens a read model's past, on a connection of its own: the same queries, over views that go before the tables. */
export function openPastReader(file: string): PastReader {
  const connection = openForReading(file);
  const moments = new Moments(connection);
  let current: Moment = { position: 0, recordedAt: 0, lastRun: 0, dayPosition: 0 };
  const told = { [momentFunctions.position]: () => current.position, [momentFunctions.time]: () => current.recordedAt, [momentFunctions.run]: () => current.lastRun, [momentFunctions.day]: () => current.dayPosition };
  for (const [name, tell] of Object.entries(told)) connection.function(name, { deterministic: true }, tell);
  createViews(connection);
  const queries = openQueries(connection);

  const readerOf = (moment: Moment): Reader => {
    const then = <Result>(act: () => Result): Result => {
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
    close: () => void connection.close(),
  };
}
