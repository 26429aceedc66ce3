import type { Grant } from '@kanade/api-client';

/** A grant as it is typed: sites as one text, empty for all of them. */
export interface TypedGrant {
  readonly role: Grant['role'];
  readonly sites: string;
}

const sitePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

function namesOf(sites: string): string[] {
  return sites.split(/[\s,、]+/).filter((name) => name !== '');
}

/** True when every site could be one. */
export function hasGoodSites({ sites }: TypedGrant): boolean {
  return namesOf(sites).every((name) => sitePattern.test(name));
}

export function readGrants(typed: readonly TypedGrant[]): Grant[] {
  return typed.map(({ role, sites }) => {
    const names = namesOf(sites);
    return { role, sites: names.length === 0 ? 'all' : names };
  });
}

export function typeGrants(grants: readonly Grant[]): TypedGrant[] {
  return grants.map(({ role, sites }) => ({ role, sites: typeof sites === 'string' ? '' : sites.join(', ') }));
}
