import { existsSync, readdirSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { StartupError } from '../startup-error.ts';

/** Makes a folder, 0700, that has nothing in it; throws StartupError when it holds anything. */
export async function emptyFolder(dir: string, advice: string): Promise<void> {
  if (existsSync(dir) && readdirSync(dir).length > 0) throw new StartupError(`${dir} is not empty.`, [advice]);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
}

/** Removes all that is in a folder of ours whose making failed half-way. */
export async function clearFolder(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true, force: true });
}

/** Every file below the named entries of a folder, by its path with `/`; absent entries are skipped. */
export async function listFiles(dir: string, entries: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(dir, entry);
    if (!existsSync(path)) continue;
    const below = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (below === undefined) files.push(entry);
    else files.push(...below.filter((each) => each.isFile()).map((each) => relative(dir, join(each.parentPath, each.name)).replaceAll('\\', '/')));
  }
  return files.sort();
}

/** Copies a file into a folder under the same path, readable by its owner only. */
export async function copyPrivately(from: string, to: string, path: string): Promise<void> {
  const target = join(to, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await copyFile(join(from, path), target);
  await chmod(target, 0o600);
}
