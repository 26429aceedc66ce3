import { streams } from '@kanade/contracts';
import type { Compilable, CompiledQuery } from 'kysely';
import type { FoldedStream } from './fold/message.ts';
import { openForReading } from './sqlite/open.ts';
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
  close(): void;
}

const maxStatements = 500;

function values(compiled: CompiledQuery): Value[] {
  return compiled.parameters.map((value) => {
    if (value === null || typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array) return value;
    throw new TypeError(`a query of the read model compares with a ${typeof value}, which SQLite does not store`);
  });
}

/** Opens a read model for queries. */
export function openReader(file: string): Reader {
  const connection = openForReading(file);
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
  const all = <Row>(query: Compilable<Row>): Row[] => {
    const compiled = query.compile();
    const statement = prepared(compiled.sql);
    return rowsOf(compiled, statement.all(...values(compiled)));
  };
  const placeQuery = build.selectFrom('checkpoints').select(['incarnation', 'sequence']).where('stream', '=', streams.events);
  const reader: Reader = {
    all,
    get: (query) => all(query)[0],
    plan: (query) => {
      const compiled = query.compile();
      return connection.prepare<Value[], { detail: string }>(`EXPLAIN QUERY PLAN ${compiled.sql}`).all(...values(compiled)).map(({ detail }) => detail);
    },
    snapshot: (read) =>
      connection
        .transaction(() => {
          const place = reader.get(placeQuery);
          if (place === undefined) throw new Error('the read model has no checkpoint');
          return read(place);
        })
        .deferred(),
    checkpoint: (stream) => reader.get(build.selectFrom('checkpoints').select('sequence').where('stream', '=', streams[stream]))?.sequence ?? 0,
    close: () => void connection.close(),
  };
  return reader;
}

/** SQLite answers with what the compiled query selects; that the two belong together is said here once. */
function rowsOf<Row>(_query: CompiledQuery<Row>, rows: unknown[]): Row[] {
  const isRows = (_rows: unknown[]): _rows is Row[] => true;
  return isRows(rows) ? rows : [];
}
