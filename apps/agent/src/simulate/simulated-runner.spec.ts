import { expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.spec-kit.ts';
import { reasons } from '../runner/reasons.ts';
import { Capture, scriptRun } from '../runner/test-runner.spec-kit.ts';
import { createSimulatedRunner } from './simulated-runner.ts';

test('a simulated machine gives the reasons a real one gives', async () => {
  const clock = new FakeClock();
  const runner = createSimulatedRunner('host', ['sh'], clock);
  const skipped = scriptRun('echo hello', { shell: 'pwsh' });
  expect(await runner.start(skipped, new Capture()).outcome).toMatchObject({ state: 'skipped', reason: reasons.shell('pwsh') });
  const slow = scriptRun('sleep 600', { timeoutMs: 1_000 });
  const { outcome } = runner.start(slow, new Capture());
  await clock.advance(1_000);
  expect(await outcome).toMatchObject({ state: 'timed-out', reason: reasons.timeout(slow.execute) });
  const stopped = runner.start(slow, new Capture());
  stopped.cancel();
  expect(await stopped.outcome).toMatchObject({ state: 'cancelled', reason: reasons.cancelled() });
});
