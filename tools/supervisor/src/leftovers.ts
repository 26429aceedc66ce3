import { existsSync, readFileSync } from 'node:fs';
import { writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';
import { stopProcess } from './stop-process.ts';

/** Writes down which processes run, in the order they are to be stopped, for a next start that finds them without a supervisor. */
export function recordChildren(paths: DataPaths, pids: readonly number[]): void {
  const identities = pids.map(identifyProcess).filter((known) => known !== undefined);
  writePrivateFile(paths.children, `${JSON.stringify(identities)}\n`);
}

/** Stops what a killed supervisor left running; returns how many there were. Two brokers on one store would lose half of it. */
export async function stopLeftovers(paths: DataPaths): Promise<number> {
  const left = readChildren(paths).filter(isRunning);
  for (const known of left) await stopProcess(known, 10_000);
  return left.length;
}

function readChildren(paths: DataPaths): ProcessIdentity[] {
  if (!existsSync(paths.children)) return [];
  try {
    const value: unknown = JSON.parse(readFileSync(paths.children, 'utf8'));
    return Array.isArray(value) ? value.filter(isIdentity) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number' && 'startedAt' in value && typeof value.startedAt === 'string';
}
