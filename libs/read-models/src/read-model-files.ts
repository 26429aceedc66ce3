import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rowsFingerprint, tablesFingerprint } from './fingerprint.ts';
import type { Kept } from './retention/kept.ts';
import { isDamagedFile, openForReading } from './sqlite/open.ts';

/** What a read model's name says of it: its tables, the code that filled them first and what that kept, and which rebuild made it. */
export interface ReadModelFile {
  readonly path: string;
  readonly tables: string;
  readonly code: string;
  readonly number: number;
}

const pattern = /^read-model-([0-9a-f]{12})-([0-9a-f]{12})-([1-9][0-9]{0,8})\.sqlite$/;
const anyVersion = /^read-model-[0-9a-f-]+\.sqlite(-wal|-shm)?$/;

/** What `user_version` of a file says: its tables are there, and it has been whole enough to be read. */
export const versions = { made: 1, serves: 2 } as const;

/** The read model of the built projections in a directory, by its number; what it keeps is part of its name. */
export function readModelFile(directory: string, kept: Kept, number = 1): ReadModelFile {
  const [tables, code] = [tablesFingerprint(), rowsFingerprint(kept)];
  return { path: join(directory, `read-model-${tables}-${code}-${number}.sqlite`), tables, code, number };
}

function listFiles(directory: string): ReadModelFile[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).flatMap((name) => {
    const [, tables, code, number] = pattern.exec(name) ?? [];
    return tables === undefined || code === undefined ? [] : [{ path: join(directory, name), tables, code, number: Number(number) }];
  });
}

function hasServed(path: string): boolean {
  try {
    const connection = openForReading(path);
    try {
      return connection.pragma('user_version', { simple: true }) === versions.serves;
    } finally {
      connection.close();
    }
  } catch (error) {
    // Not a database any more, or cut short: it is made anew.
    if (isDamagedFile(error)) return false;
    throw error;
  }
}

/** What lies in a directory, for the built projections. */
export interface ReadModelFiles {
  /** What can be read now: its tables are today's. */
  readonly serving: ReadModelFile | undefined;
  /** A half-built successor, of today's code. */
  readonly building: ReadModelFile | undefined;
  /** Above every number in use. */
  readonly nextNumber: number;
}

/** Looks which read models a directory has. */
export function findReadModels(directory: string, kept: Kept): ReadModelFiles {
  const today = readModelFile(directory, kept);
  const all = listFiles(directory);
  const fitting = all.filter(({ tables }) => tables === today.tables).sort((one, other) => other.number - one.number);
  const serving = fitting.find(({ path }) => hasServed(path));
  const building = serving && fitting.find(({ path, code, number }) => code === today.code && number > serving.number && !hasServed(path));
  return { serving, building, nextNumber: Math.max(0, ...all.map(({ number }) => number)) + 1 };
}

/** Puts an empty file where a read model is to be built, so that the next start knows of it whatever becomes of this one. */
export function reserveReadModel({ path }: ReadModelFile): void {
  writeFileSync(path, '', { mode: 0o600, flag: 'a' });
}

/** Deletes a read model. */
export function deleteReadModel(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}

/** Deletes every read model of a directory but those named. */
export function deleteOtherReadModels(directory: string, kept: readonly string[]): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (anyVersion.test(name) && !kept.some((one) => path.startsWith(one))) rmSync(path, { force: true });
  }
}
