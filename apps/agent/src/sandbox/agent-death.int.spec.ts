import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestRunner, eventually, processesOfRun, processesWith, survivorCount, survivorsScript, uniqueSeconds } from '../runner/test-runner.spec-kit.ts';
import type { TestRunner } from '../runner/test-runner.spec-kit.ts';
import { createCgroup, leftoverCgroups } from './linux/cgroup.ts';
import { signal } from './linux/process-table.ts';

let test: TestRunner;
beforeAll(() => (test = createTestRunner()));
afterAll(() => test.remove());

function startHost(runId: string, script: string): ChildProcess {
  return spawn(process.execPath, ['--conditions=@kanade/source', join(import.meta.dirname, 'agent-host.spec-kit.ts'), test.dataDir, runId, script], { stdio: 'inherit' });
}

const sleepers = (seconds: string) => processesWith(`sleep\0${seconds}`);

it('leaves nothing of a run when the agent is killed by force', async () => {
  const runId = `${test.id}-killed`;
  const seconds = uniqueSeconds();
  const host = startHost(runId, survivorsScript(seconds, '/never'));
  await eventually(() => sleepers(seconds).length === survivorCount, 'all kinds of survivors');
  const killedAt = performance.now();
  host.kill('SIGKILL');
  await eventually(() => sleepers(seconds).length === 0 && processesOfRun(runId).length === 0, 'everything to be gone');
  expect(performance.now() - killedAt).toBeLessThan(3000);
  expect(existsSync(join(test.dataDir, 'agent-scripts', runId))).toBe(false);
  expect(leftoverCgroups([runId])).toEqual([]);
});

it('clears at the next start what agent and keeper left when both were killed', async () => {
  const runId = `${test.id}-both`;
  const seconds = uniqueSeconds();
  const host = startHost(runId, `setsid sleep ${seconds} & sleep ${seconds}`);
  // While `setsid` becomes `sleep` its command line reads as empty for a moment.
  await eventually(() => sleepers(seconds).length === 2 && processesWith(`setsid\0sleep\0${seconds}`).length === 0, 'both processes');
  const keepers = processesWith('keeper-entry').filter((pid) => processesOfRun(runId).includes(pid));
  // Stopped, the host cannot notice that its keeper died and clear up after it.
  host.kill('SIGSTOP');
  for (const pid of keepers) signal(pid, 'SIGKILL');
  host.kill('SIGKILL');
  await eventually(() => !processesOfRun(runId).includes(host.pid ?? 0) && keepers.every((pid) => !processesOfRun(runId).includes(pid)), 'both to be gone');
  expect(sleepers(seconds)).toHaveLength(2);

  await test.runner.sweep();
  expect(sleepers(seconds)).toEqual([]);
  expect(readdirSync(join(test.dataDir, 'agent-scripts'))).toEqual([]);
  expect(leftoverCgroups([runId])).toEqual([]);
});

it('sweeps empty groups of runs whose processes are gone, and touches no one else’s', async () => {
  const runId = `${test.id}-empty`;
  const other = createCgroup(`${test.id}-another-agents`);
  createCgroup(runId);
  mkdirSync(join(test.dataDir, 'agent-scripts', runId), { recursive: true });
  await test.runner.sweep();
  expect(leftoverCgroups([runId])).toEqual([]);
  expect(leftoverCgroups([`${test.id}-another-agents`])).toHaveLength(other ? 1 : 0);
  other?.remove();
});
