import { chmodSync, mkdirSync, openSync, closeSync, fsyncSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { MessagingError } from '../errors.ts';

const posix = process.platform !== 'win32';

/** Makes a directory (and its parents) that only its owner can enter, mode 0700. */
export function ensurePrivateDir(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (posix && (statSync(dir).mode & 0o777) !== 0o700) chmodSync(dir, 0o700);
}

/** Writes a file only its owner can read, mode 0600: whole or not at all, and on disk when this returns. */
export function writePrivateFile(file: string, content: string | Uint8Array): void {
  ensurePrivateDir(dirname(file));
  const draft = `${file}.${process.pid}.new`;
  try {
    const fd = openSync(draft, 'w', 0o600);
    try {
      writeFileSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    // The mode above counts only for a file that did not exist.
    if (posix) chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (error) {
    // Nothing half-written is left where there was no room for more.
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Reads a private file; throws `private-file` when others may read or change it. */
export function readPrivateFile(file: string): string {
  if (posix && (statSync(file).mode & 0o077) !== 0) {
    throw new MessagingError('private-file', `${file} must be readable by its owner only; run: chmod 600 ${file}`, { details: { file } });
  }
  return readFileSync(file, 'utf8');
}
