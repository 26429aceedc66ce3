import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { libc } from '../platform/linux/libc.ts';
import { unescapeOctal } from '../platform/linux/text-files.ts';

const folderName = 'agent-scripts';
/** Run ids are tokens of subjects; what else is written like one cannot be a path. */
const runIdPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

export interface StagedScript {
  readonly folder: string;
  readonly file: string;
}

/** A file of a run; the first one is its script. */
export interface StagedFile {
  readonly fileName: string;
  readonly content: Uint8Array;
}

/** Staging could not be done; `code` and message become the run's reason. */
export class StagingError extends Error {
  readonly code: 'staging-occupied' | 'staging-not-private' | 'disk-full' | 'staging-failed';

  constructor(code: StagingError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StagingError';
    this.code = code;
  }
}

/** Where the scripts of this agent's runs are, each in a folder named after its run. */
export interface Staging {
  stage(runId: string, files: readonly [StagedFile, ...StagedFile[]]): Promise<StagedScript>;
  remove(staged: StagedScript): Promise<void>;
  /** Run ids that have a folder. */
  leftovers(): Promise<string[]>;
  /** Resolves with what went wrong; one folder that stays does not keep the others. */
  removeAll(runIds: readonly string[]): Promise<unknown[]>;
}

export function createStaging(dataDir: string): Staging {
  const base = join(dataDir, folderName);
  return {
    stage: async (runId, files) => {
      if (!runIdPattern.test(runId)) throw new StagingError('staging-failed', 'The run id is not one a folder can be named after.');
      await ensurePrivate(base);
      const folder = join(base, runId);
      await createFolder(folder);
      try {
        for (const { fileName, content } of files) await writeExclusively(join(folder, fileName), content);
        return { folder, file: join(folder, files[0].fileName) };
      } catch (error) {
        await removeStaging(folder);
        throw asStagingError(error);
      }
    },
    remove: ({ folder }) => removeStaging(folder),
    leftovers: async () => {
      await ensurePrivate(base);
      return (await readdir(base)).filter((name) => runIdPattern.test(name));
    },
    removeAll: async (runIds) => {
      const results = await Promise.allSettled(runIds.map((runId) => removeStaging(join(base, runId))));
      return results.filter((result) => result.status === 'rejected').map((result): unknown => result.reason);
    },
  };
}

/** The folder above all runs: a folder and no link, ours, and closed to everyone else. */
async function ensurePrivate(base: string): Promise<void> {
  try {
    await mkdir(base, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw asStagingError(error);
  }
  const { mode, uid, ...entry } = await lstat(base).then((stats) => ({ mode: stats.mode, uid: stats.uid, directory: stats.isDirectory() }));
  const owned = process.getuid === undefined || uid === process.getuid();
  if (!entry.directory || !owned) {
    throw new StagingError('staging-not-private', `${base} is not a folder of the agent's own; remove it, and the agent makes it anew.`);
  }
  if ((mode & 0o077) !== 0) await chmod(base, 0o700);
}

/** Not recursive on purpose: whatever already has this name was not made for this run. */
async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      throw new StagingError('staging-occupied', 'Something already lies where this run’s script belongs; the run was not started.', error);
    }
    throw asStagingError(error);
  }
}

async function writeExclusively(file: string, content: Uint8Array): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o400);
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
}

/**
 * Removes a run's folder with what the script left in it. What a script mounted below it is taken off first: following
 * a bind mount would delete the machine's own files. Where that fails the folder stays.
 */
export async function removeStaging(folder: string): Promise<void> {
  for (const mount of (await mountsBelow(folder)).reverse()) libc().detachMount(mount);
  if ((await mountsBelow(folder)).length > 0) throw new StagingError('staging-failed', `Something is still mounted below ${folder}; unmount it and restart the agent.`);
  try {
    await removeTree(folder);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
    // Only root may empty a folder that a script has closed to its own user.
    await openFolders(folder);
    await removeTree(folder);
  }
}

const removeTree = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 3 });

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
  }
}

async function mountsBelow(folder: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table
    .split('\n')
    .map((line) => unescapeOctal(line.split(' ')[4] ?? ''))
    .filter((mount) => mount === folder || mount.startsWith(`${folder}/`));
}

function asStagingError(error: unknown): StagingError {
  if (error instanceof StagingError) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StagingError('disk-full', 'The disk the agent’s data is on is full; free some space and run again.', error);
  return new StagingError('staging-failed', `The script could not be written to the agent’s data directory (${code}).`, error);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
