import { existsSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { writePrivateFile } from '@kanade/messaging';
import { AgentError, exitCodes } from '../errors.ts';
import { readJson } from '../messages.ts';
import type { DataDir } from './data-dir.ts';
import { messageOf } from './data-dir.ts';

/**
 * Takes the data directory for this process; returns what gives it back.
 * The lock is SQLite's on an empty database: the operating system drops it with the process,
 * so that a crash leaves nothing to clean up and a re-used process id cannot look like a holder.
 */
export function lockDataDir(dataDir: DataDir): () => void {
  const database = new DatabaseSync(dataDir.lock);
  try {
    database.exec('PRAGMA busy_timeout = 200; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if (!messageOf(cause).includes('locked')) throw cause;
    throw new AgentError(`${dataDir.root} is in use by ${holderOf(dataDir)}: stop that agent first, or choose another --data-dir`, {
      exitCode: exitCodes.locked,
    });
  }
  writePrivateFile(dataDir.holder, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  return () => {
    rmSync(dataDir.holder, { force: true });
    database.close();
  };
}

function holderOf({ holder }: DataDir): string {
  const value: unknown = existsSync(holder) ? readJson(readFileSync(holder)) : undefined;
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('since' in value)) return 'another kanade-agent';
  return `another kanade-agent, process ${String(value.pid)}, since ${String(value.since)}`;
}
