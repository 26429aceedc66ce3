import { streams } from '@kanade/contracts';
import type { Compilable, CompiledQuery } from 'kysely';
import type { FoldedStream } from './fold/message.ts';
import { openForReading } from './sqlite/open.ts';
import type { Connection } from './sqlite/open.ts';
import { build } from './sqlite/statements.ts';
import type { Value } from './sqlite/statements.ts';

/** Where an answer was read: the events checkpoint of its transaction. */
export interface ReadPlace {
  readonly incarnation: string;
  readonly sequence: number;
}

/** Reads the read model beside its writer. */
export interface Reader {
  /** All rows of a query built with `build`. */
  all<Row>(query: Compilable<Row>): Row[];
  /** The first row. */
  get<Row>(query: Compilable<Row>): Row | undefined;
  /** The lines of EXPLAIN QUERY PLAN. */
  plan(query: Compilable): string[];
  /** Runs several reads on one state of the tables. */
  snapshot<Result>(read: (place: ReadPlace) => Result): Result;
  /** Sequence up to which a stream is folded, 0 for nothing. */
  checkpoint(stream: FoldedStream): number;
  /** Unix ms of the moment of the past that everything is read as of; null for the present. */
  readonly asOf: number | null;
  close(): void;
}

const maxStatements = 500;

function values(compiled: CompiledQuery): Value[] {
  return compiled.parameters.map((value) => {
    if (value === null || typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array) return value;
    throw new TypeError(`a query of the read model compares with a ${typeof value}, which SQLite does not store`);
  });
}

/** Runs compiled queries on one connection, each prepared once. */
export function openQueries(connection: Connection): Pick<Reader, 'all' | 'plan'> {
  const statements = new Map<string, ReturnType<typeof connection.prepare<Value[]>>>();
  const prepared = (text: string) => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    // Filters make many texts; a client that varies them must not fill the memory.
    if (statements.size >= maxStatements) statements.clear();
    const statement = connection.prepare<Value[]>(text);
    statements.set(text, statement);
    return statement;
  };
  return {
    all: (query) => {
      const compiled = query.compile();
      return rowsOf(compiled, prepared(compiled.sql).all(...values(compiled)));
    },
    plan: (query) => {
      const compiled = query.compile();
      return connection.prepare<Value[], { detail: string }>(`EXPLAIN QUERY PLAN ${compiled.sql}`).all(...values(compiled)).map(({ detail }) => detail);
    },
  };
}

const placeQuery = build.selectFrom('checkpoints').select(['incarnation', 'sequence']).where('stream', '=', streams.events);

/** How far a connection's file is folded. */
export function readPlace({ all }: Pick<Reader, 'all'>): ReadPlace {
  const [place] = all(placeQuery);
  if (place === undefined) throw new Error('the read model has no checkpoint');
  return place;
}

/** Opens a read model for queries. */
export function openReader(file: string): Reader {
  const connection = openForReading(file);
  const queries = openQueries(connection);
  return {
    ...queries,
    get: (query) => queries.all(query)[0],
    snapshot: (read) => connection.transaction(() => read(readPlace(queries))).deferred(),
    checkpoint: (stream) => queries.all(build.selectFrom('checkpoints').select('sequence').where('stream', '=', streams[stream]))[0]?.sequence ?? 0,
    asOf: null,
    close: () => void connection.close(),
  };
}

/** SQLite answers with what the compiled query selects; that the two belong together is said here once. */
function rowsOf<Row>(_query: CompiledQuery<Row>, rows: unknown[]): Row[] {
  const isRows = (_rows: unknown[]): _rows is Row[] => true;
  return isRows(rows) ? rows : [];
}
