import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';
import { StartupError } from './startup-error.ts';

/** Held while this process works on a data directory. */
export interface DataDirLock {
  release(): void;
}

/**
 * Takes the exclusive lock of a data directory; throws StartupError that says who holds it.
 *
 * It is an SQLite write lock: the operating system drops it with the process that holds it, however that ends, so there is no
 * stale lock to recognise and no process id to mistake for another's. The file beside it only tells people who it is.
 */
export function lockDataDir(paths: DataPaths, purpose: string): DataDirLock {
  // SQLite would make it readable by others.
  closeSync(openSync(paths.lock, 'a', 0o600));
  const database = new DatabaseSync(paths.lock);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new StartupError(`${paths.dataDir} is in use: ${describeHolder(paths)}.`, [
      'Use that one, stop it first (Ctrl-C in its terminal), or set KANADE_DATA_DIR to another directory.',
    ], error);
  }
  writePrivateFile(paths.lockHolder, `${JSON.stringify({ pid: process.pid, since: new Date().toISOString(), purpose })}\n`);
  return {
    release: () => {
      rmSync(paths.lockHolder, { force: true });
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  const sqliteBusy = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}

function describeHolder(paths: DataPaths): string {
  try {
    const holder: unknown = JSON.parse(readFileSync(paths.lockHolder, 'utf8'));
    if (typeof holder === 'object' && holder !== null && 'pid' in holder && 'since' in holder && 'purpose' in holder) {
      return `${String(holder.purpose)} (pid ${String(holder.pid)}) since ${String(holder.since)}`;
    }
  } catch {
    // The holder has the lock but has not said yet who it is.
  }
  return 'another process has just taken it';
}
