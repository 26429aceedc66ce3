import { FoldedPosition } from '../fold/folded-position.ts';
import { createHistory } from '../past/kept-history.ts';
import { keepAll } from '../retention/kept.ts';
import { schemas } from '../schemas.ts';
import { openFold } from '../fold/fold.ts';
import type { Fold, FoldOptions } from '../fold/fold.ts';
import { openForWriting } from '../sqlite/open.ts';
import type { Connection } from '../sqlite/open.ts';

/** A read model in a file of its own (or in memory), with everything in it laid bare. */
export interface TestModel extends Fold {
  /** All rows of all tables. */
  dump(): Record<string, unknown[]>;
  rows(sql: string): unknown[];
  /** Runs SQL that a fold never would, to break things. */
  exec(sql: string): void;
  close(): void;
}

/** All rows of every table of a read model's file. */
export function dumpFile(file: string): Record<string, unknown[]> {
  const connection = openForWriting(file);
  try {
    return dump(connection);
  } finally {
    connection.close();
  }
}

function dump(connection: Connection): Record<string, unknown[]> {
  const tables = connection.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").all();
  return Object.fromEntries(tables.map(({ name }) => [name, connection.prepare(`SELECT * FROM "${name}"`).all()]));
}

/** Opens a model for tests; control events count as signed unless told otherwise. */
export function openTestModel(options: Partial<FoldOptions> & { readonly file?: string } = {}): TestModel {
  const connection = openForWriting(options.file ?? ':memory:');
  for (const schema of schemas) connection.exec(schema);
  createHistory(connection);
  const fold = openFold(connection, { incarnation: options.incarnation ?? '0badcafe', verifyControl: options.verifyControl ?? (() => undefined), restoredAt: options.restoredAt ?? null, kept: options.kept ?? keepAll });
  return {
    ...fold,
    dump: () => dump(connection),
    rows: (sql) => connection.prepare(sql).all(),
    exec: (sql) => void connection.exec(sql),
    close: () => void connection.close(),
  };
}

/** Runs SQL on a read model's file, as damage or a forger would. */
export function alterFile(file: string, statements: readonly string[]): void {
  const connection = openForWriting(file);
  new FoldedPosition(connection).moveTo(Number.MAX_SAFE_INTEGER);
  try {
    for (const statement of statements) connection.exec(statement);
  } finally {
    connection.close();
  }
}
