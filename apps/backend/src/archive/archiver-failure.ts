import { ArchiveGoneError, ArchiveTakenError } from '@kanade/archive';

const adviceByCode: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on its disk, or name a directory on a larger one with KANADE_ARCHIVE_DIR',
  EDQUOT: 'make room on its disk, or name a directory on a larger one with KANADE_ARCHIVE_DIR',
  ENOENT: 'is its disk mounted?',
  EIO: 'its disk fails: name a directory on another one with KANADE_ARCHIVE_DIR',
  EROFS: 'its disk can only be read: mount it so that it can be written to',
  EACCES: 'the account kanade runs as must be able to write there',
  EPERM: 'the account kanade runs as must be able to write there',
};

/** Why nothing can be archived, in a sentence that ends with what helps. */
export function archiverFailure(root: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof ArchiveGoneError || error instanceof ArchiveTakenError) return reason;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const advice = adviceByCode[code];
  return `${root}: ${reason}${advice === undefined ? '' : `; ${advice}`}`;
}
