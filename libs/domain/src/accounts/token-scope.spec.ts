import { readTokenScope } from '@kanade/contracts';
import type { Permission, TokenScope } from '@kanade/contracts';
import { describe, expect, it } from 'vitest';
import { commonSites, matchesName, runnableSites, scopedSites } from './token-scope.ts';

const scopesOf = (...texts: readonly string[]): TokenScope[] =>
  texts.map((text) => {
    const scope = readTokenScope(text);
    if (scope === undefined) throw new Error(`${text} is no scope`);
    return scope;
  });

describe('scopes of a token', () => {
  it.each<[string, Permission, ReturnType<typeof scopedSites>]>([
    ['read', 'fleet:read', 'all'],
    ['read', 'system:read', 'all'],
    ['read', 'audit:read', undefined],
    ['read', 'run', undefined],
    ['read@site:tokyo', 'history:read', ['tokyo']],
    // What is about the whole installation cannot be had for a site.
    ['read@site:tokyo', 'system:read', undefined],
    ['job:run:backup@site:tokyo', 'run', ['tokyo']],
    ['job:run:backup', 'job:write', undefined],
    ['run', 'run', 'all'],
    ['secret:write@site:osaka', 'secret:write', ['osaka']],
    ['package:publish:app-*', 'run', undefined],
    ['read', 'self', 'all'],
  ])('%s gives %s on %j', (text, permission, sites) => {
    expect(scopedSites(scopesOf(text), permission)).toEqual(sites);
  });

  it('let each job run on its own sites, and a script only where everything may run', () => {
    const scopes = scopesOf('job:run:backup@site:tokyo', 'job:run:report-*@site:osaka', 'run@site:kobe');
    expect(scopedSites(scopes, 'run')).toEqual(['kobe', 'osaka', 'tokyo']);
    expect(runnableSites(scopes, 'backup')).toEqual(['kobe', 'tokyo']);
    expect(runnableSites(scopes, 'report-daily')).toEqual(['kobe', 'osaka']);
    expect(runnableSites(scopes, null)).toEqual(['kobe']);
    expect(runnableSites(scopesOf('job:run'), 'anything')).toBe('all');
    expect(runnableSites(scopesOf('job:run'), null)).toBeUndefined();
  });

  it.each([
    ['backup', 'backup', true], ['backup', 'backup-2', false], ['app-*', 'app-', true], ['app-*', 'app-one', true], ['app-*', 'my-app-one', false], ['*-nightly', 'db-nightly', true],
    ['a*b*c', 'a-b-c', true], ['a*b*c', 'acb', false], ['ab*ba', 'aba', false], ['*', 'anything', true], ['a.c', 'abc', false],
  ])('%s means %s: %s', (pattern, name, means) => {
    expect(matchesName(pattern, name)).toBe(means);
  });

  it('never widen what their owner has', () => {
    expect(commonSites('all', ['tokyo'])).toEqual(['tokyo']);
    expect(commonSites(['osaka', 'tokyo'], 'all')).toEqual(['osaka', 'tokyo']);
    expect(commonSites(['osaka', 'tokyo'], ['kobe', 'tokyo'])).toEqual(['tokyo']);
    expect(commonSites(['osaka'], ['tokyo'])).toBeUndefined();
  });
});
