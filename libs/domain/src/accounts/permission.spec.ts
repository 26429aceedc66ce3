import { permissions } from '@kanade/contracts';
import { describe, expect, it } from 'vitest';
import { isAllowed, rolesWith } from './permission.ts';

const everywhere = (role: 'viewer' | 'operator' | 'admin' | 'auditor') => [{ role, sites: 'all' as const }];
const allowedTo = (role: 'viewer' | 'operator' | 'admin' | 'auditor') => permissions.filter((permission) => isAllowed(everywhere(role), permission));

describe('a role', () => {
  it('on some sites only allows nothing yet but to be somebody', () => {
    expect(permissions.filter((permission) => isAllowed([{ role: 'admin', sites: ['tokyo'] }], permission))).toEqual(['self']);
    expect(isAllowed([], 'fleet:read')).toBe(false);
  });
  it('of a viewer or an auditor changes nothing', () => {
    for (const role of ['viewer', 'auditor'] as const) expect(allowedTo(role)).toEqual(['self', 'fleet:read', 'history:read', 'system:read']);
  });
  it('of an operator runs and registers jobs, and manages neither endpoints nor people', () => {
    expect(allowedTo('operator')).toEqual(['self', 'fleet:read', 'history:read', 'system:read', 'run', 'job:write']);
  });
  it('of an admin allows everything', () => expect(allowedTo('admin')).toEqual([...permissions]));
  it('adds to the others', () => expect(isAllowed([{ role: 'admin', sites: ['tokyo'] }, ...everywhere('operator')], 'run')).toBe(true));
  it('is named to whom lacks it', () => {
    expect(rolesWith('run')).toEqual(['operator', 'admin']);
    expect(rolesWith('account:manage')).toEqual(['admin']);
  });
});
