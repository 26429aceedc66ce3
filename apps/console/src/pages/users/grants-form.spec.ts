import { describe, expect, it } from 'vitest';
import { chooseGrants, readGrants } from './grants-form.ts';

describe('chosen roles', () => {
  it('hold everywhere without sites, else on those that are chosen', () => {
    expect(readGrants([{ role: 'viewer', sites: [] }, { role: 'admin', sites: ['tokyo', 'osaka'] }])).toEqual([
      { role: 'viewer', sites: 'all' },
      { role: 'admin', sites: ['tokyo', 'osaka'] },
    ]);
  });
  it('are chosen as they are read', () => {
    const grants = readGrants([{ role: 'operator', sites: ['a', 'b'] }, { role: 'auditor', sites: [] }]);
    expect(readGrants(chooseGrants(grants))).toEqual(grants);
  });
});
