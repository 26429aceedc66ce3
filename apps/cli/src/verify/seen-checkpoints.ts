import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkpointSchema } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';
import { profileStoreFile, type Environment } from '../config/profile-store.ts';

const fileOf = (environment: Environment): string => join(dirname(profileStoreFile(environment)), 'checkpoints.json');

function read(environment: Environment): Map<string, unknown> {
  const file = fileOf(environment);
  const value: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/** The last checkpoint this user saw of a backend. */
export function seenCheckpoint(environment: Environment, url: string): Checkpoint | undefined {
  return checkpointSchema.safeParse(read(environment).get(url)).data;
}

/** Remembers it in place of the one before. */
export function rememberCheckpoint(environment: Environment, url: string, checkpoint: Checkpoint): void {
  const file = fileOf(environment);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(read(environment).set(url, checkpoint)), null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
