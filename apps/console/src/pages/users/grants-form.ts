import type { Grant } from '@kanade/api-client';

/** A grant as it is chosen: no sites stand for all of them. */
export interface ChosenGrant {
  readonly role: Grant['role'];
  readonly sites: readonly string[];
}

export function readGrants(chosen: readonly ChosenGrant[]): Grant[] {
  return chosen.map(({ role, sites }) => ({ role, sites: sites.length === 0 ? 'all' : [...sites] }));
}

export function chooseGrants(grants: readonly Grant[]): ChosenGrant[] {
  return grants.map(({ role, sites }) => ({ role, sites: typeof sites === 'string' ? [] : sites }));
}
