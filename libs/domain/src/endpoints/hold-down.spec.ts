import { describe, expect, it } from 'vitest';
import { presenceHoldMs, stepPresence } from './hold-down.ts';

const online = { recorded: 'online', recordedAt: 1000, observed: 'online', since: 1000 } as const;

describe('hold-down of presence', () => {
  it('says nothing when history and observation agree', () => {
    expect(stepPresence(online, 100_000)).toEqual({ transition: null, again: null });
    expect(stepPresence({ ...online, recorded: 'never-seen', observed: 'offline' }, 100_000)).toEqual({ transition: null, again: null });
  });
  it('waits before it says that an endpoint left', () => {
    const left = { ...online, observed: 'offline', since: 50_000 } as const;
    expect(stepPresence(left, 50_000)).toEqual({ transition: null, again: 50_000 + presenceHoldMs });
    expect(stepPresence(left, 50_000 + presenceHoldMs)).toEqual({ transition: 'offline', again: null });
  });
  it('says at once that an endpoint came', () => {
    const came = { recorded: 'never-seen', recordedAt: 0, observed: 'online', since: 60_000 } as const;
    expect(stepPresence(came, 60_000)).toEqual({ transition: 'online', again: null });
  });
  it('lets a change rest before the next', () => {
    const back = { recorded: 'offline', recordedAt: 60_000, observed: 'online', since: 61_000 } as const;
    expect(stepPresence(back, 61_000)).toEqual({ transition: null, again: 60_000 + presenceHoldMs });
  });
});
