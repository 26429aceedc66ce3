import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../clock/fake-clock.spec-kit.ts';
import { graceMs } from './running-script.ts';
import { createTestRunner, eventually, processesWith, uniqueSeconds } from './test-runner.spec-kit.ts';
import type { TestRunner } from './test-runner.spec-kit.ts';

let clock: FakeClock;
let test: TestRunner;
beforeEach(() => {
  clock = new FakeClock();
  test = createTestRunner(clock);
});
afterEach(() => test.remove());

it('asks a script that takes too long to end, and waits for it to tidy up', async () => {
  const { outcome, started, capture } = test.start('trap "echo tidied; exit 7" TERM; echo ready; while :; do sleep 0.02; done', { timeoutMs: 90_000 });
  await started;
  await eventually(() => capture.text('stdout') === 'ready\n', 'the script to be ready');
  await clock.advance(90_000);
  expect(await outcome).toMatchObject({ state: 'timed-out', exitCode: 7, reason: { code: 'timeout' }, durationMs: 90_000 });
  expect(capture.text('stdout')).toBe('ready\ntidied\n');
});

it('ends one that will not, after the grace, with its whole tree and keeping what it printed', async () => {
  const seconds = uniqueSeconds();
  const stubborn = `trap "" TERM; setsid sleep ${seconds} & echo ready; while :; do sleep 0.02; done`;
  const { outcome, started, capture } = test.start(stubborn, { shell: 'bash', timeoutMs: 1000 });
  await started;
  await eventually(() => capture.text('stdout') === 'ready\n' && processesWith(`sleep\0${seconds}`).length === 1, 'the script to be ready');
  await clock.advance(1000);
  await clock.advance(graceMs);
  expect(await outcome).toMatchObject({ state: 'timed-out', exitCode: null, signal: 'SIGKILL' });
  expect(processesWith(`sleep\0${seconds}`)).toEqual([]);
});

it('wakes a script that stopped itself, so that it can end', async () => {
  const { outcome, started, capture } = test.start('echo ready; kill -STOP $$; echo woken', { timeoutMs: 1000 });
  await started;
  await eventually(() => capture.text('stdout') === 'ready\n', 'the script to be ready');
  await clock.advance(1000);
  expect(await outcome).toMatchObject({ state: 'timed-out', signal: 'SIGTERM' });
});

it('has no timeout left to fire when a script ended by itself', async () => {
  const { outcome } = test.start('exit 0', { timeoutMs: 1000 });
  expect(await outcome).toMatchObject({ state: 'succeeded' });
  await clock.advance(60_000);
});
