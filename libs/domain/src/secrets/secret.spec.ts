import { describe, expect, it } from 'vitest';
import { decider } from '../given.spec-kit.ts';
import { decideDeleteSecret, decideSetSecret, evolveSecret, initialSecret, isForSite } from './secret.ts';

const name = 'db-password';
const setting = decider({ initial: initialSecret, decide: decideSetSecret, evolve: evolveSecret });
const deleting = decider({ initial: initialSecret, decide: decideDeleteSecret, evolve: evolveSecret });
const set = (version: number, sites: 'all' | string[] = 'all') => ({ type: 'kanade.secret.set.v1' as const, data: { name, version, sites, valueId: `v${version}` } });
const deleted = { type: 'kanade.secret.deleted.v1' as const, data: { name } };

describe('setting a secret', () => {
  it('is for all sites unless said otherwise', () => setting.given().when({ name, sites: undefined, valueId: 'v1' }).makes(set(1)));
  it('makes a version of the same value too', () => setting.given(set(1)).when({ name, sites: 'all', valueId: 'v2' }).makes(set(2)));
  it('never widens it by itself', () => setting.given(set(1, ['tokyo'])).when({ name, sites: undefined, valueId: 'v2' }).makes(set(2, ['tokyo'])));
  it('changes its sites when told', () => setting.given(set(1, ['tokyo'])).when({ name, sites: 'all', valueId: 'v2' }).makes(set(2)));
  it('goes on counting after a deletion, as a new secret', () => setting.given(set(1, ['tokyo']), deleted).when({ name, sites: undefined, valueId: 'v2' }).makes(set(2)));
});

describe('deleting a secret', () => {
  it('refuses one that never was', () => { deleting.given().when({ name }).refuses('not-found'); });
  it('deletes it', () => { deleting.given(set(1)).when({ name }).makes(deleted); });
  it('is done once', () => { deleting.given(set(1), deleted).when({ name }).makes(); });
});

it('is for the endpoints of its sites', () => {
  expect(isForSite({ sites: 'all' }, 'osaka')).toBe(true);
  expect(isForSite({ sites: ['tokyo'] }, 'tokyo')).toBe(true);
  expect(isForSite({ sites: ['tokyo'] }, 'osaka')).toBe(false);
});
