import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, isRunning, type ProcessIdentity } from './process-identity.ts';

const posix = process.platform !== 'win32';

/** Sends a signal to a process or, with `group`, to all of its process group; an absent one is no failure. */
export function signalProcess(pid: number, signal: NodeJS.Signals, group = false): void {
  try {
    process.kill(group && posix ? -pid : pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Asks a leader of a process group to stop, waits, and kills what is left of the group. */
export async function stopProcess(known: ProcessIdentity, graceMs: number): Promise<void> {
  if (isRunning(known)) {
    signalProcess(known.pid, 'SIGTERM');
    await until(() => !isRunning(known), graceMs);
  }
  if (isRunning(known) || (posix && isAlive(-known.pid))) signalProcess(known.pid, 'SIGKILL', true);
  await until(() => !isRunning(known), 5000);
}

/** Waits for a fact, looking ten times a second; false when it did not come true in time. */
export async function until(fact: () => boolean, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!fact()) {
    if (Date.now() >= deadline || signal?.aborted === true) return false;
    await delay(100);
  }
  return true;
}
