import { beforeEach, describe, expect, test } from 'vitest';
import { FakeClock, settle } from '../clock/fake-clock.spec-kit.ts';
import { silentLog } from '../log.ts';
import { createPlatform } from '../platform/create-platform.ts';
import type { StagedScript } from '../sandbox/staging.ts';
import { Directories } from './directories.ts';
import { RunningScript } from './running-script.ts';
import { Capture, keeperFromSource, scriptRun } from './test-runner.spec-kit.ts';

const silent = () => new Promise<never>(() => undefined);

describe('a run whose directory does not answer', () => {
  let clock: FakeClock;
  let answer: (directory: { isDirectory(): boolean }) => void;
  let removed: StagedScript[];
  beforeEach(() => {
    clock = new FakeClock();
    removed = [];
  });

  function start() {
    const directories = new Directories(() => new Promise((resolve) => (answer = resolve)));
    const staged = { folder: '/staged', file: '/staged/script' };
    const staging = {
      stage: () => Promise.resolve(staged),
      remove: (script: StagedScript) => Promise.resolve(void removed.push(script)),
      leftovers: () => Promise.resolve([]),
      removeAll: () => Promise.resolve([]),
    };
    const { scripts } = createPlatform(keeperFromSource);
    const run = scriptRun('echo never', { cwd: '/mnt/dead', timeoutMs: 90_000 });
    return new RunningScript(run, new Capture(), { scripts, staging, directories, clock, log: silentLog });
  }

  test('ends with its timeout, and what was staged too late is removed', async () => {
    const outcome = start().perform();
    await clock.advance(90_000);
    expect(await outcome).toMatchObject({ state: 'timed-out', startedAt: null, reason: { code: 'timeout' } });
    answer({ isDirectory: () => true });
    await settle();
    expect(removed).toEqual([{ folder: '/staged', file: '/staged/script' }]);
  });

  test('ends when it is cancelled', async () => {
    const script = start();
    const outcome = script.perform();
    await settle();
    script.cancel();
    expect(await outcome).toMatchObject({ state: 'cancelled', startedAt: null, reason: { code: 'cancelled' } });
    await clock.advance(90_000);
  });
});

test('directories that do not answer never take all threads the agent has for files', async () => {
  const looked: string[] = [];
  const directories = new Directories((path) => {
    looked.push(path);
    return silent();
  });
  for (const path of ['/mnt/a', '/mnt/a', '/mnt/b']) void directories.whyUnusable(path);
  expect(await directories.whyUnusable('/mnt/c')).toMatchObject({ code: 'cwd-silent' });
  expect(looked).toEqual(['/mnt/a', '/mnt/b']);
});
