import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createTestRunner,
  eventually,
  processesOfRun,
  processesWith,
  survivorCount,
  survivorsScript,
  uniqueSeconds,
  zombiesOf,
} from '../runner/test-runner.spec-kit.ts';
import type { TestRunner } from '../runner/test-runner.spec-kit.ts';
import { createCgroup } from './linux/cgroup.ts';
import type { Cgroup } from './linux/cgroup.ts';
import { signal } from './linux/process-table.ts';

let test: TestRunner;
beforeAll(() => (test = createTestRunner()));
afterAll(() => test.remove());

/** A script that has started every kind of survivor and goes on until its gate opens. */
async function startSurvivors(runId: string) {
  const seconds = uniqueSeconds();
  const gate = join(test.dataDir, `gate-${seconds}`);
  const handle = test.start(survivorsScript(seconds, gate), { runId, shell: 'bash' });
  await eventually(() => sleepers(seconds).length === survivorCount, 'all kinds of survivors');
  return { ...handle, seconds, open: () => writeFileSync(gate, '') };
}

const sleepers = (seconds: string) => processesWith(`sleep\0${seconds}`);

describe.each([
  { nets: 'a control group where there may be one', tag: 'group', occupy: () => undefined },
  // A name that is taken is one of the ways in which a keeper may not make a group.
  { nets: 'the process tree alone', tag: 'tree', occupy: (runId: string): Cgroup | undefined => createCgroup(runId) },
])('held by $nets', ({ tag, occupy }) => {
  it('nothing is left when the script ends by itself', async () => {
    const runId = `${test.id}-${tag}-ends`;
    const occupied = occupy(runId);
    onTestFinished(() => void occupied?.remove());
    const { outcome, open, seconds } = await startSurvivors(runId);
    open();
    expect(await outcome).toMatchObject({ state: 'succeeded', exitCode: 0 });
    expect(sleepers(seconds)).toEqual([]);
  });

  it('nothing is left when it is cancelled', async () => {
    const runId = `${test.id}-${tag}-cancelled`;
    const occupied = occupy(runId);
    onTestFinished(() => void occupied?.remove());
    const { outcome, cancel, seconds } = await startSurvivors(runId);
    cancel();
    expect(await outcome).toMatchObject({ state: 'cancelled' });
    expect(sleepers(seconds)).toEqual([]);
  });
});

it('does not wait for a background process that keeps the output open', async () => {
  const seconds = uniqueSeconds();
  const { outcome, stdout } = await test.run(`setsid sleep ${seconds} & echo done`);
  expect(outcome.state).toBe('succeeded');
  expect(outcome.durationMs).toBeLessThan(10_000);
  expect(stdout).toBe('done\n');
  expect(sleepers(seconds)).toEqual([]);
});

it('keeps what a background process printed before the script ended', async () => {
  const { stdout } = await test.run('(setsid sh -c "echo from the background") & wait; echo end');
  expect(stdout.split('\n').sort()).toEqual(['', 'end', 'from the background']);
});

it('reaps daemons that end while the script goes on', async () => {
  const runId = `${test.id}-reaps`;
  const gate = join(test.dataDir, 'gate-reaps');
  const { outcome, capture } = test.start(`for i in 1 2 3 4 5; do (setsid true &); done; echo started; until [ -e '${gate}' ]; do sleep 0.02; done`, { runId });
  await eventually(() => capture.text('stdout') === 'started\n', 'the daemons to be started');
  const keeper = await eventually(() => processesOfRun(runId).find((pid) => processesWith('keeper-entry').includes(pid)), 'the keeper');
  await eventually(() => zombiesOf(keeper) === 0, 'no zombie to be left');
  writeFileSync(gate, '');
  expect((await outcome).state).toBe('succeeded');
});

it('tells the truth when the keeper itself is killed, and leaves nothing', async () => {
  const runId = `${test.id}-keeper`;
  const seconds = uniqueSeconds();
  const { outcome, started } = test.start(`setsid sleep ${seconds} & sleep ${seconds}`, { runId });
  await started;
  await eventually(() => sleepers(seconds).length === 2, 'both processes');
  for (const pid of processesWith('keeper-entry').filter((keeper) => processesOfRun(runId).includes(keeper))) signal(pid, 'SIGKILL');
  expect(await outcome).toMatchObject({ state: 'failed', exitCode: null, reason: { code: 'keeper-lost' } });
  expect(sleepers(seconds)).toEqual([]);
});

it('ends a script that forks without end', { timeout: 60_000 }, async () => {
  const seconds = uniqueSeconds();
  // Bounded to spare the machine, and many at a time all the same.
  const bomb = `ulimit -u 400 2>/dev/null; f() { sleep ${seconds} & [ "$1" -gt 0 ] && { f $(($1 - 1)) & f $(($1 - 1)) & }; wait; }; f 6`;
  const { outcome, cancel } = test.start(bomb, { shell: 'bash' });
  await eventually(() => sleepers(seconds).length > 50, 'many processes');
  cancel();
  expect((await outcome).state).toBe('cancelled');
  expect(sleepers(seconds)).toEqual([]);
});
