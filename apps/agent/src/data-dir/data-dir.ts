import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { AgentError } from '../errors.ts';

const posix = process.platform !== 'win32';

/** Where an agent keeps what it knows; every path in it is its service's alone. */
export interface DataDir {
  readonly root: string;
  readonly identity: string;
  /** For operators' tools; the agent itself reads identity.json. */
  readonly natsCreds: string;
  readonly database: string;
  readonly lock: string;
  readonly holder: string;
}

export function dataDirAt(directory: string): DataDir {
  const root = resolve(directory);
  return {
    root,
    identity: join(root, 'identity.json'),
    natsCreds: join(root, 'nats.creds'),
    database: join(root, 'agent.sqlite'),
    lock: join(root, 'lock'),
    holder: join(root, 'lock.json'),
  };
}

/** Makes the directory, or makes sure that nobody else can read or plant anything in it: modes are repaired, foreign owners refused. */
export function securePrivately(dataDir: DataDir): void {
  try {
    mkdirSync(dataDir.root, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AgentError(`cannot make the data directory ${dataDir.root}: ${messageOf(cause)}`, { cause });
  }
  if (!posix) return;
  secure(dataDir.root, 0o700);
  for (const name of readdirSync(dataDir.root)) {
    const path = join(dataDir.root, name);
    const stats = lstatSync(path);
    // A link could lead what is written here to anywhere.
    if (stats.isSymbolicLink()) throw new AgentError(`${path} is a symbolic link; the agent keeps only real files in its data directory: remove it`);
    if (stats.isFile()) secure(path, 0o600, stats);
    if (stats.isDirectory()) secure(path, undefined, stats);
  }
}

/** Checks the owner and, where a mode is given, repairs it; staging directories inside have modes of their own. */
function secure(path: string, mode: number | undefined, stats: Stats = lstatSync(path)): void {
  const own = process.getuid?.();
  if (own !== undefined && stats.uid !== own) {
    throw new AgentError(`${path} belongs to user ${stats.uid}, but the agent runs as user ${own}: run: chown -R ${own} ${path}, or choose another --data-dir`);
  }
  if (mode !== undefined && (stats.mode & 0o777) !== mode) chmodSync(path, mode);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
