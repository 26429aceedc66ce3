import { setTimeout as delay } from 'node:timers/promises';
import { runIdVariable } from '../sandbox.ts';
import { leftoverCgroups } from './cgroup.ts';
import { descendantsOf, processIds, readProcesses, signal, startedWith } from './process-table.ts';

const giveUpAfterMs = 5000;

/** Normally the keepers have done it; this is for keepers that were killed too. */
export async function sweepRuns(runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return;
  const groups = leftoverCgroups(runIds);
  const giveUpAt = performance.now() + giveUpAfterMs;
  for (let pause = 1; performance.now() < giveUpAt; pause = Math.min(pause * 2, 100)) {
    for (const group of groups) group.kill();
    const alive = survivorsOf(runIds);
    for (const pid of alive) signal(pid, 'SIGKILL');
    if (groups.every((group) => group.remove()) && alive.length === 0) return;
    await delay(pause);
  }
}

function survivorsOf(runIds: readonly string[]): number[] {
  const processes = readProcesses();
  const marked = processIds().filter((pid) => pid !== process.pid && runIds.some((runId) => startedWith(pid, runIdVariable, runId)));
  return [...new Set(marked.flatMap((pid) => [pid, ...descendantsOf(pid, processes)]))];
}
