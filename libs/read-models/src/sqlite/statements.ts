import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { Compilable, RawBuilder } from 'kysely';
import type { Tables } from '../generated/tables.ts';
import type { Connection } from './open.ts';

/** Builds queries over the read model's tables; it only compiles, and runs nothing itself. */
export const build = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Builds queries over what never changes (ids and their keys), which the tables themselves tell for every moment of the past. */
export const unchanging = build.withSchema('main');

/** What SQLite takes as the value of a parameter. */
export type Value = number | string | null | Uint8Array;

class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Stands for a value that comes when the statement runs. */
export type Parameter<Args> = <Name extends keyof Args & string>(name: Name) => RawBuilder<Args[Name]>;

/** Writes one statement with named parameters; Kysely checks its columns and their types. */
export type Writing<Args, Row> = (query: Kysely<Tables>, parameter: Parameter<Args>) => Compilable<Row>;

/** The arguments of a statement that takes none. */
export type NoArguments = Readonly<Record<string, never>>;

type ArgsOf<Args> = Readonly<Record<keyof Args & string, Value>>;

interface Compiled<Args> {
  readonly text: string;
  /** The bound values of one run, in the order of the text's question marks. */
  bind(args: Args): Value[];
}

const isValue = (value: unknown): value is Value =>
  value === null || typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array;

function compile<Args extends ArgsOf<Args>, Row>(writing: Writing<Args, Row>): Compiled<Args> {
  const names = new Map<Placeholder, keyof Args & string>();
  const compiled = writing(build, (name) => {
    const placeholder = new Placeholder(name);
    names.set(placeholder, name);
    return sql`${placeholder}`;
  }).compile();
  const template: Value[] = [];
  const places: { readonly index: number; readonly name: keyof Args & string }[] = [];
  for (const [index, value] of compiled.parameters.entries()) {
    const name = value instanceof Placeholder ? names.get(value) : undefined;
    if (name !== undefined) places.push({ index, name });
    else if (!isValue(value)) throw new TypeError(`a statement of the read model holds a ${typeof value}, which SQLite cannot store`);
    template.push(name === undefined && isValue(value) ? value : null);
  }
  return {
    text: compiled.sql,
    bind(args) {
      const values = template.slice();
      for (const { index, name } of places) values[index] = args[name];
      return values;
    },
  };
}

/** Prepares a statement that changes rows; the returned function tells how many it changed. */
export function prepareWrite<Args extends ArgsOf<Args>>(connection: Connection, writing: Writing<Args, unknown>): (args: Args) => number {
  const compiled = compile(writing);
  const statement = connection.prepare<[Value[]]>(compiled.text);
  return (args) => statement.run(compiled.bind(args)).changes;
}

/** Prepares a statement that finds one row. */
export function prepareGet<Args extends ArgsOf<Args>, Row>(connection: Connection, writing: Writing<Args, Row>): (args: Args) => Row | undefined {
  const compiled = compile(writing);
  const statement = connection.prepare<[Value[]], Row>(compiled.text);
  return (args) => statement.get(compiled.bind(args));
}

/** Prepares a statement that finds rows. */
export function prepareAll<Args extends ArgsOf<Args>, Row>(connection: Connection, writing: Writing<Args, Row>): (args: Args) => Row[] {
  const compiled = compile(writing);
  const statement = connection.prepare<[Value[]], Row>(compiled.text);
  return (args) => statement.all(compiled.bind(args));
}
