import { describe, expect, it } from 'vitest';
import { decideDeadline, missedBeats, overrunMs, reportGraceMs } from './deadlines.ts';

const silent = { named: false, missed: 0, denied: false };
const named = { ...silent, named: true };
const deadlineAt = 100_000;

describe('a run that waits', () => {
  it('expires at its time and not before', () => {
    expect(decideDeadline({ state: 'queued', deadlineAt }, silent, deadlineAt - 1)).toBeNull();
    expect(decideDeadline({ state: 'queued', deadlineAt }, silent, deadlineAt)).toBe('expired');
  });
});

describe.each(['accepted', 'started'] as const)('a run an agent has %s', (state) => {
  const run = { state, deadlineAt };
  it('is lost once its limit and the time to report have passed in silence', () => {
    expect(decideDeadline(run, silent, deadlineAt + reportGraceMs - 1)).toBeNull();
    expect(decideDeadline(run, silent, deadlineAt + reportGraceMs)).toBe('lost');
  });
  it('is not lost while its endpoint names it, but not for ever either', () => {
    expect(decideDeadline(run, named, deadlineAt + reportGraceMs + overrunMs - 1)).toBeNull();
    expect(decideDeadline(run, named, deadlineAt + reportGraceMs + overrunMs)).toBe('lost');
  });
  it('is asked for when three beats did not name it', () => {
    expect(decideDeadline(run, { ...silent, missed: missedBeats - 1 }, 0)).toBeNull();
    expect(decideDeadline(run, { ...silent, missed: missedBeats }, 0)).toBe('ask');
  });
  it('is lost at once when its endpoint never saw it', () => expect(decideDeadline(run, { ...silent, denied: true }, 0)).toBe('lost'));
});
