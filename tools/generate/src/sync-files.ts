import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { GeneratedFile } from './generated-file.ts';

/** How the workspace differs from what the generators would write. */
export interface Drift {
  readonly stale: readonly GeneratedFile[];
  /** Files in a generated folder that nothing generates any more. */
  readonly orphans: readonly string[];
}

/** Compares the files with those on disk; `folders` are wholly generated, so anything else in them is an orphan. */
export async function findDrift(root: string, files: readonly GeneratedFile[], folders: readonly string[]): Promise<Drift> {
  const stale: GeneratedFile[] = [];
  for (const file of files) {
    const current = await readFile(join(root, file.path), 'utf8').catch(absent);
    if (current !== file.text) stale.push(file);
  }
  const wanted = new Set(files.map(({ path }) => path));
  const present = (await Promise.all(folders.map((folder) => listFiles(root, folder)))).flat();
  return { stale, orphans: present.filter((path) => !wanted.has(path)).sort() };
}

/** Makes the workspace what the generators say: writes what is stale, removes orphans. */
export async function mendDrift(root: string, drift: Drift): Promise<void> {
  for (const { path, text } of drift.stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const path of drift.orphans) await rm(join(root, path));
}

async function listFiles(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(absent);
  return (entries ?? [])
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

function absent(cause: unknown): undefined {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
  throw cause;
}
