import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { silentLog } from '../log.ts';
import { createOtherPlatform } from '../platform/other-platform.ts';
import { createScriptRunner } from './script-runner.ts';
import { scriptRun } from './test-runner.spec-kit.ts';

it('skips every run on a platform that cannot run scripts, and says so', async () => {
  const dataDir = join(tmpdir(), 'kanade-never-made');
  const runner = createScriptRunner({ dataDir, platform: createOtherPlatform(), clock: systemClock, log: silentLog });
  expect(runner.shells()).toEqual([]);
  const { outcome } = runner.start(scriptRun('echo ran'), { write: () => expect.unreachable() });
  expect(await outcome).toMatchObject({ state: 'skipped', exitCode: null, startedAt: null, reason: { code: 'platform-unsupported' } });
  await runner.sweep();
  expect(existsSync(dataDir)).toBe(false);
});
