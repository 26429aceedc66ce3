import { describe, expect, it } from 'vitest';
import { readTokenScope, tokenScopesSchema } from './token-scopes.ts';

describe('a scope', () => {
  it.each([
    ['read', { area: 'read', pattern: null, site: null }],
    ['job:run:backup@site:tokyo', { area: 'job:run', pattern: 'backup', site: 'tokyo' }],
    ['job:run', { area: 'job:run', pattern: null, site: null }],
    ['package:publish:app-*', { area: 'package:publish', pattern: 'app-*', site: null }],
    ['endpoint:manage@site:default', { area: 'endpoint:manage', pattern: null, site: 'default' }],
  ])('is read: %s', (text, scope) => {
    expect(readTokenScope(text)).toEqual(scope);
  });

  it.each(['', 'everything', 'self', 'fleet:read', 'read:x', 'job:run:', 'job:run:a b', 'read@', 'read@tokyo', 'read@site:', 'read@site:To', 'read@site:a@site:b', 'run:backup', 'READ'])('is not: %j', (text) => {
    expect(tokenScopesSchema.safeParse([text]).error?.issues).toMatchObject([{ path: [0] }]);
  });

  it('is not left out by an empty list', () => {
    expect(tokenScopesSchema.safeParse([]).success).toBe(false);
    expect(tokenScopesSchema.safeParse(null).success).toBe(true);
  });
});
