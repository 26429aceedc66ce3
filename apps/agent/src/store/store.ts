import { chmodSync, existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { integer, text } from './rows.ts';
import type { Row } from './rows.ts';
import { migrations } from './schema.ts';

/** The agent's one database: every commit is on the disk when it returns. */
export interface Store {
  run(sql: string, ...values: SQLInputValue[]): { changes: number; id: number };
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: SQLInputValue[]): Row[];
  /** Runs `work` in one transaction; nested calls join the outer one. */
  transaction<Result>(work: () => Result): Result;
  meta(name: string): string | undefined;
  setMeta(name: string, value: string): void;
  isOpen(): boolean;
  close(): void;
}

const privateFile = 0o600;

function migrate(database: DatabaseSync, file: string): void {
  const version = integer(database.prepare('PRAGMA user_version').get() ?? {}, 'user_version');
  if (version > migrations.length) {
    throw new Error(`${file} was written by a newer kanade-agent (version ${version} of its tables, this one knows ${migrations.length}): update the agent`);
  }
  migrations.slice(version).forEach((sql, index) => {
    database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${version + index + 1}; COMMIT`);
  });
}

/** Opens `file`, made if it is not there, readable by this identity alone. */
export function openStore(file: string, options: { readonly cacheKiB?: number } = {}): Store {
  const database = new DatabaseSync(file);
  // The database makes its -wal and -shm with the mode of the file itself, so this one chmod covers all three.
  chmodSync(file, privateFile);
  database.exec(
    // auto_vacuum counts only before the first table is made.
    `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;
     PRAGMA cache_size = -${options.cacheKiB ?? 1024}; PRAGMA journal_size_limit = 4194304; PRAGMA wal_autocheckpoint = 256;`,
  );
  migrate(database, file);
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) chmodSync(file + suffix, privateFile);
  return storeOver(database);
}

function storeOver(database: DatabaseSync): Store {
  const statements = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const prepared = database.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  };
  let depth = 0;

  const transaction = <Result>(work: () => Result): Result => {
    if (depth > 0) return work();
    database.exec('BEGIN IMMEDIATE');
    depth++;
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk may already have rolled back by itself.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    } finally {
      depth--;
    }
  };

  const store: Store = {
    run: (sql, ...values) => {
      const { changes, lastInsertRowid } = statement(sql).run(...values);
      return { changes: Number(changes), id: Number(lastInsertRowid) };
    },
    get: (sql, ...values) => statement(sql).get(...values),
    all: (sql, ...values) => statement(sql).all(...values),
    transaction,
    meta: (name) => {
      const row = statement('SELECT value FROM meta WHERE name = ?').get(name);
      return row && text(row, 'value');
    },
    setMeta: (name, value) => {
      store.run('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', name, value);
    },
    isOpen: () => database.isOpen,
    close: () => database.close(),
  };
  return store;
}

/** True when SQLite said that the disk is full, so that no fact can be written just now. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /database or disk is full|disk I\/O error/.test(error.message);
}
