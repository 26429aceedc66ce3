import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for another that later got its id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The system's word for when it started; empty where the system does not tell. */
  readonly startedAt: string;
}

/** Identifies a running process; undefined when there is none. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!isAlive(pid)) return undefined;
  const startedAt = startTime(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** True while that very process runs. */
export function isRunning(known: ProcessIdentity): boolean {
  return known.startedAt !== '' && identifyProcess(known.pid)?.startedAt === known.startedAt;
}

/** True while any process has the id (or, negative, while the process group has members). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startTime(pid: number): string | undefined {
  if (process.platform === 'win32') return '';
  try {
    if (process.platform === 'linux') return linuxStartTime(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    // It ended between the two looks.
    return undefined;
  }
}

/** Field 22 (ticks since boot), counted after the name, which may itself hold blanks and brackets; a zombie no longer runs. */
function linuxStartTime(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}
