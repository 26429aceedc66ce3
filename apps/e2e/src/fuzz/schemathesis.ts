import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '../program.ts';
import type { Ended } from '../program.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');
/** Asks for what a virtual environment is made with, which Debian keeps in packages of their own. */
const able = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))';

async function attempt(command: string, ...args: readonly string[]): Promise<Ended | undefined> {
  try {
    return await startProgram(command, args).ended;
  } catch {
    // There is no such program.
    return undefined;
  }
}

/** A Python that has schemathesis, or why there is none. */
export type Found = { readonly python: string; readonly reason?: never } | { readonly python?: never; readonly reason: string };

/** Installs the pinned versions into a virtual environment in kanade's cache, once for each change of requirements.txt. */
export async function findSchemathesis(): Promise<Found> {
  const cache = process.env['KANADE_CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kanade');
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const folder = join(cache, 'schemathesis', digest);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  // One whose system has another Python by now is of no use.
  if (existsSync(complete) && (await attempt(python, '-c', 'import schemathesis'))?.code === 0) return { python };
  if ((await attempt('python3', '-c', able))?.code !== 0) return { reason: 'no Python 3.10 or newer that can make virtual environments (python3-venv and python3-pip)' };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(cache, 'schemathesis'), { recursive: true, mode: 0o700 });
  for (const [command, ...args] of [['python3', '-m', 'venv', folder], [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]] as const) {
    const ended = await attempt(command, ...args);
    if (ended?.code !== 0) return { reason: `schemathesis could not be installed: ${ended?.stderr.trim().split('\n').at(-1) ?? command}` };
  }
  writeFileSync(complete, '');
  return { python };
}
