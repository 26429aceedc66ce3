import { describe, expect, it } from 'vitest';
import { grantsOf, roleMappingSchema } from './role-mapping.ts';

const mapping = roleMappingSchema.parse({
  claim: 'groups',
  map: { 'fleet-admins': ['admin'], 'tokyo-ops': ['operator@tokyo'], 'west-ops': ['operator@osaka,kyoto', 'viewer'] },
});
const of = (groups: unknown) => grantsOf(mapping, { groups });

describe('roles of a provider', () => {
  it('are those of every value of the claim, each once', () => {
    expect(of(['fleet-admins'])).toEqual([{ role: 'admin', sites: 'all' }]);
    expect(of('tokyo-ops')).toEqual([{ role: 'operator', sites: ['tokyo'] }]);
    expect(of(['tokyo-ops', 'west-ops'])).toEqual([{ role: 'viewer', sites: 'all' }, { role: 'operator', sites: ['kyoto', 'osaka', 'tokyo'] }]);
  });
  it('are none for what is not in the mapping, or is not what a claim should be', () => {
    for (const groups of [[], ['other'], undefined, null, 7, { 'fleet-admins': true }, [['fleet-admins']], 'fleet-admins,tokyo-ops', ['__proto__', 'constructor', 'toString']]) {
      expect(of(groups)).toEqual([]);
    }
    expect(grantsOf(mapping, { roles: ['fleet-admins'] })).toEqual([]);
    expect(grantsOf(undefined, { groups: ['fleet-admins'] })).toEqual([]);
  });
  it('must be roles there are', () => {
    for (const text of ['root', 'admin@', 'operator@Tokyo', 'operator@tokyo@osaka', 'operator@a,,b', '']) {
      expect(roleMappingSchema.safeParse({ claim: 'groups', map: { some: [text] } }).success, text).toBe(false);
    }
    expect(roleMappingSchema.safeParse({ claim: 'groups', map: { some: [] } }).success).toBe(false);
    expect(roleMappingSchema.safeParse({ claim: 'groups', map: {}, default: ['viewer'] }).success).toBe(false);
  });
});
