import { overviewSchema } from '@kanade/contracts';
import { busyHistory, runIdOf } from '@kanade/read-models/testing';
import { expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { foldScene } from '../projections/folded-scene.spec-kit.ts';
import { getOverview } from './get-overview.query.ts';

it('the overview counts the fleet and the last day, and shows what goes on', () => {
  const history = busyHistory();
  const scene = foldScene(history);
  const overview = getOverview(scene.db, systemPrincipal, history.startedAt + 3_600_000);
  expect(overviewSchema.parse(overview)).toEqual(overview);
  expect(overview).toMatchObject({
    // Neither the one that waits for approval nor the one that was retired.
    endpoints: { total: 4, online: 0, offline: 1, neverSeen: 3, quarantined: 0 },
    runsLastDay: { succeeded: 1, failed: 1, running: 0, queued: 2 },
    running: [{ id: 'x2' }, { id: 'x1' }],
    latestRuns: [{ runId: runIdOf('x1', 'e2') }, { runId: runIdOf('x1', 'e1') }],
  });
  const later = getOverview(scene.db, systemPrincipal, history.startedAt + 2 * 86_400_000);
  expect(later.runsLastDay).toMatchObject({ succeeded: 0, failed: 0 });
  scene.close();
});
