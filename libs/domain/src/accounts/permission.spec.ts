import { permissions } from '@kanade/contracts';
import { describe, expect, it } from 'vitest';
import { isAllowed, permittedSites, rolesWith } from './permission.ts';

const everywhere = (role: 'viewer' | 'operator' | 'admin' | 'auditor') => [{ role, sites: 'all' as const }];
const allowedTo = (role: 'viewer' | 'operator' | 'admin' | 'auditor') => permissions.filter((permission) => isAllowed(everywhere(role), permission));

describe('a role', () => {
  it('on some sites allows there what can be told apart by sites, and nothing of the whole', () => {
    const local = [{ role: 'admin' as const, sites: ['tokyo'] }];
    expect(permissions.filter((permission) => isAllowed(local, permission))).toEqual(['self', 'fleet:read', 'history:read', 'run', 'endpoint:manage', 'secret:write', 'data:erase']);
    expect(permittedSites(local, 'run')).toEqual(['tokyo']);
    expect(permittedSites(local, 'account:manage')).toBeUndefined();
    expect(permittedSites([], 'fleet:read')).toBeUndefined();
    expect(permittedSites([], 'self')).toBe('all');
  });
  it('on some sites adds to another elsewhere, each for what it allows', () => {
    const grants = [{ role: 'viewer' as const, sites: ['osaka', 'tokyo'] }, { role: 'operator' as const, sites: ['kyoto', 'osaka'] }];
    expect(permittedSites(grants, 'fleet:read')).toEqual(['kyoto', 'osaka', 'tokyo']);
    expect(permittedSites(grants, 'run')).toEqual(['kyoto', 'osaka']);
    expect(permittedSites([...grants, ...everywhere('viewer')], 'fleet:read')).toBe('all');
    expect(permittedSites([...grants, ...everywhere('viewer')], 'run')).toEqual(['kyoto', 'osaka']);
  });
  it('of a viewer or an auditor changes nothing', () => {
    expect(allowedTo('viewer')).toEqual(['self', 'fleet:read', 'history:read', 'system:read']);
    expect(allowedTo('auditor')).toEqual(['self', 'fleet:read', 'history:read', 'system:read', 'audit:read']);
  });
  it('of an operator runs and registers jobs, and manages neither endpoints nor people', () => {
    expect(allowedTo('operator')).toEqual(['self', 'fleet:read', 'history:read', 'system:read', 'run', 'job:write']);
  });
  it('of an admin allows everything', () => expect(allowedTo('admin')).toEqual([...permissions]));
  it('adds to the others', () => expect(isAllowed([{ role: 'admin', sites: ['tokyo'] }, ...everywhere('operator')], 'run')).toBe(true));
  it('is named to whom lacks it', () => {
    expect(rolesWith('run')).toEqual(['operator', 'admin']);
    expect(rolesWith('audit:read')).toEqual(['auditor', 'admin']);
    expect(rolesWith('account:manage')).toEqual(['admin']);
  });
});
