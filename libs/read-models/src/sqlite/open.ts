import { chmodSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

export type Connection = Sqlite.Database;

/** What keeps the fold fast and its memory bounded, and lets nothing that was deleted lie in free pages; the bench's bare program uses the same. */
export const pragmas = ['journal_mode = WAL', 'synchronous = NORMAL', 'cache_size = -65536', 'temp_store = MEMORY', 'wal_autocheckpoint = 4000', 'journal_size_limit = 67108864', 'secure_delete = ON'] as const;

/** Opens a file for its one writer, private to its owner; creates it where it is missing. */
export function openForWriting(file: string): Connection {
  const connection = new Sqlite(file);
  if (file !== ':memory:') chmodSync(file, 0o600);
  for (const pragma of pragmas) connection.pragma(pragma);
  return connection;
}

/** Opens a file that a writer made, for reading beside that writer. */
export function openForReading(file: string): Connection {
  const connection = new Sqlite(file, { readonly: true, fileMustExist: true });
  connection.pragma('cache_size = -65536');
  connection.pragma('mmap_size = 268435456');
  return connection;
}

const storageCodes = /^SQLITE_(FULL|BUSY|LOCKED|IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;

/** True when the database file or its disk failed, so that no event is to blame. */
export function isStorageFailure(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && storageCodes.test(error.code);
}

/** True when a file is no database any more: it is to be made anew. */
export function isDamagedFile(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}
