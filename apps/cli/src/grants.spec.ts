import { describe, expect, it } from 'vitest';
import { formatGrants, linkAddress, readGrant } from './grants.ts';

describe('--role', () => {
  it.each(['', 'root', 'root@tokyo', '@tokyo', 'viewer@', 'viewer@,'])('refuses %j', (text) => {
    expect(() => readGrant(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
  it('is a role everywhere, or on the sites it names', () => {
    expect(readGrant('admin')).toEqual({ role: 'admin', sites: 'all' });
    expect(readGrant('operator@tokyo,osaka')).toEqual({ role: 'operator', sites: ['tokyo', 'osaka'] });
  });
  it('is written as it is read', () => {
    for (const text of ['viewer', 'operator@tokyo,osaka']) expect(formatGrants([readGrant(text)])).toBe(text);
  });
});

describe('a link to set a password', () => {
  it('has its token behind the hash, which no browser sends', () => {
    const link = { accountId: 'a', username: 'hana', link: '/set-password#secret', expiresAt: '2026-01-31T12:00:00.000Z', position: '0badcafe:1' };
    const url = new URL(linkAddress('https://kanade.example.net/', link));
    expect([url.pathname, url.search, url.hash]).toEqual(['/set-password', '', '#secret']);
  });
});
