import { describe, expect, it } from 'vitest';
import { hasGoodSites, readGrants, typeGrants } from './grants-form.ts';

describe('typed roles', () => {
  it('hold everywhere without sites, else on those that are named', () => {
    expect(readGrants([{ role: 'viewer', sites: '  ' }, { role: 'admin', sites: 'tokyo, osaka、kyoto' }])).toEqual([
      { role: 'viewer', sites: 'all' },
      { role: 'admin', sites: ['tokyo', 'osaka', 'kyoto'] },
    ]);
  });
  it('are typed as they are read', () => {
    const grants = readGrants([{ role: 'operator', sites: 'a, b' }, { role: 'auditor', sites: '' }]);
    expect(readGrants(typeGrants(grants))).toEqual(grants);
  });
  it('name sites that can be some', () => {
    expect(['tokyo', 'a-1,b', ''].map((sites) => hasGoodSites({ role: 'viewer', sites }))).toEqual([true, true, true]);
    expect(['Tokyo', '-a', 'a.b'].map((sites) => hasGoodSites({ role: 'viewer', sites }))).toEqual([false, false, false]);
  });
});
