import type { Permission, Sites } from '@kanade/contracts';
import { commonSites, isDivided, permittedSites, readingPermissions, rolesWith, scopedSites } from '@kanade/domain';
import { DomainError } from '../domain-error.ts';
import type { Identity } from './request-context.ts';

/** Where somebody may do something: where their roles allow it and, with a token, its scopes too; undefined for nowhere. */
export function sitesOf({ grants, scopes }: Identity, needed: Permission): Sites | undefined {
  const own = permittedSites(grants, needed);
  const scoped = scopes === null ? 'all' : scopedSites(scopes, needed);
  return own && scoped && commonSites(own, scoped);
}

/** The identity with the scope it has for what is needed, or forbidden; a route that does not say what it needs is closed to all. */
export function permitted(identity: Identity, needed: Permission | undefined): Identity {
  if (needed === undefined) throw new DomainError('forbidden', 'this is closed to everybody');
  const sites = sitesOf(identity, needed);
  if (sites === undefined) throw new DomainError('forbidden', refusalOf(identity, needed));
  const runs = needed === 'run' ? (identity.scopes ?? undefined) : undefined;
  return { ...identity, principal: { ...identity.principal, scope: { sites, runs } } };
}

function refusalOf({ grants }: Identity, needed: Permission): string {
  if (permittedSites(grants, needed) !== undefined) {
    const scope = readingPermissions.some((each) => each === needed) ? 'read' : needed;
    return `the token's scopes do not allow this; it takes ${scope}: make another with kanade token create`;
  }
  const where = isDivided(needed) ? '' : ' on all sites';
  return `your account may not do this; it takes the role ${rolesWith(needed).join(' or ')}${where}: ask an administrator for it`;
}
