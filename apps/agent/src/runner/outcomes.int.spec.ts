import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { createTestRunner, eventually, processesOfRun, processesWith, uniqueSeconds } from './test-runner.spec-kit.ts';
import type { TestRunner } from './test-runner.spec-kit.ts';

let test: TestRunner;
beforeAll(() => (test = createTestRunner()));
afterAll(() => test.remove());

describe('how a run ends', () => {
  it('succeeds with exit code 0 and tells when it ran', async () => {
    const before = Date.now();
    const { outcome } = await test.run('exit 0');
    expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0, signal: null, reason: null });
    expect(outcome.startedAt?.getTime()).toBeGreaterThanOrEqual(before);
    expect(outcome.finishedAt.getTime()).toBeGreaterThanOrEqual(outcome.startedAt?.getTime() ?? Infinity);
    expect(outcome.durationMs).toBeGreaterThanOrEqual(0);
  });

  it.each([1, 3, 42, 127, 255])('fails with the script’s own exit code %i', async (code) => {
    const { outcome } = await test.run(`exit ${code}`, { shell: 'bash' });
    expect(outcome).toMatchObject({ state: 'failed', exitCode: code, reason: null });
  });

  it('fails with the signal that ended the script', async () => {
    const { outcome } = await test.run('kill -SEGV $$');
    expect(outcome).toMatchObject({ state: 'failed', exitCode: null, signal: 'SIGSEGV', reason: { code: 'killed-by-signal' } });
  });

  it('fails with the shell’s complaint when the script makes no sense', async () => {
    const { outcome, stderr } = await test.run('if then fi fi', { shell: 'bash' });
    expect(outcome.state).toBe('failed');
    expect(stderr).toMatch(/syntax error/);
  });

  it('gives the script nothing to read, so that one which asks does not hang', async () => {
    const { outcome, stdout } = await test.run('read answer; echo "got [$answer]"; cat');
    expect(outcome.state).toBe('succeeded');
    expect(stdout).toBe('got []\n');
  });

  it('fails when arguments are longer than the system allows', async () => {
    const { outcome } = await test.run('true', { arguments: Array.from({ length: 400 }, () => 'x'.repeat(8000)) });
    expect(outcome).toMatchObject({ state: 'failed', startedAt: null, durationMs: null, reason: { code: 'command-line-too-long' } });
  });
});

describe('without a keeper', () => {
  it.each([
    { how: 'is missing', keeper: ['/missing/keeper'], code: 'not-started' },
    { how: 'is not one', keeper: ['/bin/false'], code: 'keeper-lost' },
  ])('fails when it $how, and leaves no file', async ({ keeper, code }) => {
    const broken = createTestRunner(systemClock, keeper);
    const { outcome } = await broken.run('echo ran');
    expect(outcome).toMatchObject({ state: 'failed', startedAt: null, reason: { code } });
    expect(readdirSync(join(broken.dataDir, 'agent-scripts'))).toEqual([]);
    broken.remove();
  });
});

describe('what is not run', () => {
  it.each(['pwsh', 'powershell', 'cmd'] as const)('skips a script for %s where that is missing, and names it', async (shell) => {
    if (test.runner.shells().includes(shell)) return;
    const { outcome } = await test.run('exit 0', { shell });
    expect(outcome).toMatchObject({ state: 'skipped', exitCode: null, startedAt: null, reason: { code: 'shell-not-available' } });
    expect(outcome.reason?.message).toContain(shell);
  });

  it('refuses to run as the signed-in user, and says so', async () => {
    const { outcome } = await test.run('exit 0', { runAs: 'user' });
    expect(outcome).toMatchObject({ state: 'refused', reason: { code: 'run-as-user-unsupported' } });
  });

  it('refuses a working directory that is not there, is no directory, or is relative', async () => {
    const file = join(test.dataDir, 'a-file');
    writeFileSync(file, '');
    for (const cwd of [join(test.dataDir, 'missing'), file, 'somewhere']) {
      const { outcome } = await test.run('exit 0', { cwd });
      expect(outcome).toMatchObject({ state: 'refused', reason: { code: 'cwd-not-found' } });
      expect(outcome.reason?.message).toContain(cwd);
    }
  });

  it('leaves no file of a run it refused', async () => {
    await test.run('exit 0', { cwd: '/missing' });
    expect(readdirSync(join(test.dataDir, 'agent-scripts'))).toEqual([]);
  });
});

describe('where it runs', () => {
  it('starts in the given directory', async () => {
    const cwd = join(test.dataDir, 'my folder');
    mkdirSync(cwd);
    expect((await test.run('pwd', { cwd })).stdout).toBe(`${cwd}\n`);
  });

  it('starts in its staging folder when none is given', async () => {
    const { stdout } = await test.run('pwd', { runId: 'in-staging' });
    expect(stdout).toBe(`${join(test.dataDir, 'agent-scripts', 'in-staging')}\n`);
  });
});

describe('cancelling', () => {
  it('ends a run with everything it started', async () => {
    const seconds = uniqueSeconds();
    const { outcome, started, cancel } = test.start(`sleep ${seconds} & sleep ${seconds}`);
    await started;
    await eventually(() => processesWith(seconds).length >= 2, 'both processes');
    cancel();
    cancel();
    expect(await outcome).toMatchObject({ state: 'cancelled', exitCode: null, signal: 'SIGTERM', reason: { code: 'cancelled' } });
    expect(processesWith(seconds)).toEqual([]);
  });

  it('keeps a run from starting that was cancelled at once', async () => {
    const { outcome, cancel, capture } = test.start('echo ran');
    cancel();
    expect(await outcome).toMatchObject({ state: 'cancelled', startedAt: null, durationMs: null });
    expect(capture.text('stdout')).toBe('');
  });

  it('does not change how a run ended that ended before', async () => {
    const { outcome, cancel } = test.start('exit 4');
    const first = await outcome;
    cancel();
    expect(first).toMatchObject({ state: 'failed', exitCode: 4 });
  });
});

it('runs fifty scripts at once, each with its own output and exit code', { timeout: 120_000 }, async () => {
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  const script = 'echo out $1; echo err $1 >&2; exit $(($1 % 7))';
  const results = await Promise.all(numbers.map((number) => test.run(script, { runId: `${test.id}-${number}`, arguments: [String(number)] })));
  for (const number of numbers) {
    expect(results[number]).toMatchObject({ stdout: `out ${number}\n`, stderr: `err ${number}\n`, outcome: { exitCode: number % 7 } });
  }
  await eventually(() => numbers.every((number) => processesOfRun(`${test.id}-${number}`).length === 0), 'no keeper to be left');
  expect(readdirSync(join(test.dataDir, 'agent-scripts'))).toEqual([]);
});
