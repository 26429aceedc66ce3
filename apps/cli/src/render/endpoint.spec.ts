import { describe, expect, it } from 'vitest';
import { describeName, describeStatus } from './endpoint.ts';

const now = Date.parse('2026-02-01T12:00:00.000Z');
const named = { name: 'pc-1', alias: null, nameSince: '2026-01-01T00:00:00.000Z', simulated: false } as const;

describe('an endpoint in a list', () => {
  it('is called by its alias, with the name it gives itself', () => {
    expect(describeName(named, now)).toBe('pc-1');
    expect(describeName({ ...named, alias: 'Front desk' }, now)).toBe('Front desk [pc-1]');
  });
  it('is marked while its name is not a day old', () => {
    expect(describeName({ ...named, nameSince: '2026-01-31T12:00:00.001Z' }, now)).toBe('pc-1 (new name)');
    expect(describeName({ ...named, nameSince: '2026-01-31T12:00:00.000Z' }, now)).toBe('pc-1');
    expect(describeName({ ...named, simulated: true, nameSince: '2026-02-01T12:00:00.000Z' }, now)).toBe('pc-1 (simulated, new name)');
  });
  it('says where it stands, where that matters more than whether it is there', () => {
    const there = { status: 'online', standing: 'active', quarantined: false, conflicted: false, held: false } as const;
    expect(describeStatus(there)).toBe('online');
    expect(describeStatus({ ...there, quarantined: true })).toBe('online, quarantined');
    expect(describeStatus({ ...there, conflicted: true })).toBe('online, identity conflict');
    expect(describeStatus({ ...there, held: true })).toBe('online, held');
    expect(describeStatus({ ...there, status: 'never-seen', standing: 'pending' })).toBe('pending');
    expect(describeStatus({ ...there, status: 'offline', standing: 'revoked', quarantined: true })).toBe('revoked, quarantined');
  });
});
