import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readPrivateFile, writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';

/** The administrator's first password; `made` tells that it was made just now, which is the one time to print it. */
export interface AdminPassword {
  readonly password: string;
  readonly made: boolean;
}

/** Reads the password of the account `admin`, making one of 120 random bits when there is none yet. */
export function ensureAdminPassword(paths: DataPaths): AdminPassword {
  if (existsSync(paths.adminPassword)) return { password: readPrivateFile(paths.adminPassword).trim(), made: false };
  const password = randomBytes(15).toString('base64url');
  writePrivateFile(paths.adminPassword, `${password}\n`);
  return { password, made: true };
}
