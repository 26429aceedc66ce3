import { expect, it } from 'vitest';
import { renderRebuild } from './rebuild.ts';

const progress = { number: 3, startedAt: '2026-01-31T12:00:00.000Z', eventsDone: 250, eventsTotal: 1000, eventsPerSecond: 50, secondsLeft: 15 };

it('says how far a rebuild is, and how long it takes where that is known', () => {
  expect(renderRebuild(progress)).toMatch(/^read model 3 is being built since .*: 250 of 1000 events \(25 %\), 50 a second, 15\.0 s left$/);
  expect(renderRebuild({ ...progress, eventsDone: 0, eventsTotal: 0, secondsLeft: null })).toMatch(/: 0 of 0 events \(100 %\)$/);
});
