import { describe, expect, it } from 'vitest';
import { decideSite, evolveSite, initialSite } from './site.ts';

const exists = { exists: true };
const created = { kind: 'accepted', events: [{ type: 'kanade.site.created.v1', data: { site: 'tokyo' } }] };

describe('a site', () => {
  it('is made once', () => {
    expect(decideSite({ type: 'create', site: 'tokyo' }, initialSite)).toEqual(created);
    expect(decideSite({ type: 'create', site: 'tokyo' }, exists)).toEqual({ kind: 'accepted', events: [] });
    expect(decideSite({ type: 'create', site: 'default' }, initialSite)).toEqual({ kind: 'accepted', events: [] });
  });
  it('is deleted when nothing belongs to it, and can come back', () => {
    expect(decideSite({ type: 'delete', site: 'tokyo', inUse: undefined }, exists)).toEqual({ kind: 'accepted', events: [{ type: 'kanade.site.deleted.v1', data: { site: 'tokyo' } }] });
    expect(decideSite({ type: 'delete', site: 'tokyo', inUse: '3 endpoints belong to it' }, exists)).toMatchObject({ refusal: { code: 'site-in-use', message: expect.stringContaining('3 endpoints') } });
    expect(decideSite({ type: 'delete', site: 'tokyo', inUse: undefined }, initialSite)).toMatchObject({ refusal: { code: 'not-found' } });
    expect(decideSite({ type: 'delete', site: 'default', inUse: undefined }, initialSite)).toMatchObject({ refusal: { code: 'site-in-use' } });
  });
  it('is what its last event says', () => {
    const envelope = { specversion: '1.0' as const, id: 'i', source: 'control/site/tokyo', time: '2026-01-01T00:00:00.000Z' };
    const after = evolveSite(initialSite, { ...envelope, type: 'kanade.site.created.v1', data: { site: 'tokyo' } });
    expect(after).toEqual(exists);
    expect(evolveSite(after, { ...envelope, type: 'kanade.site.deleted.v1', data: { site: 'tokyo' } })).toEqual(initialSite);
  });
});
