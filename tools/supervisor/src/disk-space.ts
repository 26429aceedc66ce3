import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';
import { StartupError } from './startup-error.ts';

const mebibyte = 1024 * 1024;
/** Less than this and the streams would be too small to be of use. */
const leastBytes = 512 * mebibyte;
/** Enough to stop and start everything on. */
const ballastBytes = 64 * mebibyte;
/** With less than this left the broker is about to fail. */
export const tightBytes = 32 * mebibyte;

/** Bytes this user can still write on the disk of a directory. */
export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

/**
 * What the broker may fill, in bytes: what was free when the installation was made, for limits that change with every start would make
 * a stream refuse today what it took yesterday.
 */
export function brokerBytes(paths: DataPaths): number {
  const file = join(paths.broker, 'max-bytes');
  if (existsSync(file)) return Number(readFileSync(file, 'utf8'));
  const free = freeBytes(paths.dataDir);
  if (free < leastBytes) {
    throw new StartupError(`The disk of ${paths.dataDir} has ${Math.floor(free / mebibyte)} MiB left; kanade needs ${leastBytes / mebibyte} MiB to begin.`, [
      'Make room on it, or set KANADE_DATA_DIR to a directory on another disk.',
    ]);
  }
  writePrivateFile(file, String(free));
  return free;
}

const ballastFile = (paths: DataPaths) => join(paths.broker, 'ballast');

/** Keeps some space occupied, so that a full disk can be survived by giving it back; false where space is too short for that. */
export function layBallast(paths: DataPaths): boolean {
  const file = ballastFile(paths);
  if (existsSync(file)) return true;
  if (freeBytes(paths.dataDir) < 4 * ballastBytes) return false;
  const fd = openSync(file, 'w', 0o600);
  try {
    const block = Buffer.alloc(mebibyte, 'kanade ballast ');
    for (let written = 0; written < ballastBytes; written += block.length) writeSync(fd, block);
    fsyncSync(fd);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  return true;
}

/** Gives the occupied space back; false when there was none. */
export function dropBallast(paths: DataPaths): boolean {
  const file = ballastFile(paths);
  const there = existsSync(file);
  rmSync(file, { force: true });
  return there;
}
