import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';
import { errorCode, StartupError } from './startup-error.ts';

/** Grows when an older kanade could no longer work with the directory. */
export const dataFormat = 1;

/** Makes the data directory and its private folders, 0700; throws StartupError where it cannot be made or written. */
export function openDataDir(paths: DataPaths): void {
  try {
    for (const dir of [paths.dataDir, paths.hold, paths.logs, paths.agents]) {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      chmodSync(dir, 0o700);
    }
    accessSync(paths.dataDir, constants.W_OK);
  } catch (error) {
    throw asStartupError(error, paths);
  }
}

/** Refuses a data directory of a newer kanade, and marks a new one as ours. */
export function checkDataVersion(paths: DataPaths, version: string): void {
  if (!existsSync(paths.version)) {
    writePrivateFile(paths.version, `${JSON.stringify({ format: dataFormat, createdBy: version })}\n`);
    return;
  }
  const known = readVersion(paths);
  if (known.format <= dataFormat) return;
  throw new StartupError(`${paths.dataDir} was written by kanade ${known.createdBy}, which is newer than this one (${version}).`, [
    'Start that version or a later one (git pull), or set KANADE_DATA_DIR to another directory.',
  ]);
}

/** Refuses a data directory whose record is about to be made anew: a broker without it would begin an empty one. */
export function refuseHalfRecovered(paths: DataPaths): void {
  if (existsSync(paths.recovery)) throw new StartupError('A recovery of the record was interrupted.', ['Finish it, and start again: npx kanade event recover']);
}

function readVersion(paths: DataPaths): { format: number; createdBy: string } {
  try {
    const value: unknown = JSON.parse(readFileSync(paths.version, 'utf8'));
    if (typeof value === 'object' && value !== null && 'format' in value && typeof value.format === 'number') {
      return { format: value.format, createdBy: 'createdBy' in value ? String(value.createdBy) : 'an unknown version' };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StartupError(`${paths.version} cannot be read as kanade's version file.`, ['Restore it from a backup, or choose another KANADE_DATA_DIR.']);
}

/** Turns what the file system said into words and a fix; anything unknown stays as it is. */
export function asStartupError(error: unknown, paths: DataPaths): unknown {
  const code = sqliteCodes[sqliteCode(error) ?? -1] ?? errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StartupError(`The disk of ${paths.dataDir} is full.`, ['Make room on it, or set KANADE_DATA_DIR to a directory on another disk.'], error);
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StartupError(`${paths.dataDir} cannot be written by this user.`, ['Make it yours, or set KANADE_DATA_DIR to a directory that is.'], error);
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return new StartupError(`${paths.dataDir} is not a directory.`, ['Set KANADE_DATA_DIR to a directory.'], error);
  }
  return error;
}

/** What SQLite, which holds the lock, calls the same failures. */
const sqliteCodes: Readonly<Record<number, string>> = { 8: 'EROFS', 13: 'ENOSPC', 14: 'EACCES' };

function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
}
