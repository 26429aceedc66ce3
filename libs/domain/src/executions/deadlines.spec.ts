import { describe, expect, it } from 'vitest';
import { decideDeadline, missedBeats, reportGraceMs, runDeadline } from './deadlines.ts';
import type { OpenRun } from './deadlines.ts';
import { presenceIntervalMs } from '@kanade/contracts';

const started: OpenRun = { state: 'started', expiresAt: 50_000, timeoutMs: 30_000, since: 10_000 };
const deadline = 10_000 + 30_000 + reportGraceMs;
const unlisted = missedBeats * presenceIntervalMs;

describe('a run that waits', () => {
  const queued: OpenRun = { ...started, state: 'queued' };
  const signs = { listedAt: 0, beatAt: null };
  it('expires at its time and not before', () => {
    expect(decideDeadline(queued, signs, 49_999)).toEqual({ kind: 'wait', at: 50_000 });
    expect(decideDeadline(queued, signs, 50_000)).toEqual({ kind: 'expired' });
  });
});

describe('a run an agent took', () => {
  it('is lost beyond its timeout and grace when its endpoint is silent', () => {
    const signs = { listedAt: 10_000, beatAt: null };
    expect(decideDeadline(started, signs, deadline - 1).kind).toBe('wait');
    expect(decideDeadline(started, signs, deadline)).toEqual({ kind: 'lost' });
  });

  it('is asked for when its endpoint beats and does not name it for three beats', () => {
    const now = 10_000 + unlisted;
    expect(decideDeadline(started, { listedAt: 10_000, beatAt: now - 1 }, now - 1).kind).toBe('wait');
    expect(decideDeadline(started, { listedAt: 10_000, beatAt: now }, now)).toEqual({ kind: 'ask' });
  });

  it('is not lost at the deadline while its endpoint names it', () => {
    expect(decideDeadline(started, { listedAt: deadline - 1000, beatAt: deadline - 1000 }, deadline).kind).toBe('wait');
  });

  it('ends even if its endpoint names it for ever', () => {
    const late = deadline + started.timeoutMs + 10 * reportGraceMs;
    expect(decideDeadline(started, { listedAt: late, beatAt: late }, late)).toEqual({ kind: 'lost' });
  });

  it('has its whole time when it was accepted and may still start', () => {
    expect(runDeadline({ ...started, state: 'accepted' })).toBe(50_000 + 30_000 + reportGraceMs);
  });

  it('is looked at again at a time that comes', () => {
    for (let now = 0; now < deadline; now += 7000) {
      const step = decideDeadline(started, { listedAt: 10_000, beatAt: null }, now);
      expect(step.kind === 'wait' ? step.at : 0).toBeGreaterThan(now);
    }
  });
});
