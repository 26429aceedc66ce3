import type { Grant, Permission, Role, Sites } from '@kanade/contracts';

/** Looking at the fleet and at what happened to it; who did what is apart. */
export const readingPermissions = ['fleet:read', 'history:read', 'system:read'] as const;

/** What each role may do, beside what everybody may who is signed in. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: readingPermissions,
  operator: [...readingPermissions, 'run', 'job:write'],
  admin: [...readingPermissions, 'run', 'job:write', 'endpoint:manage', 'site:manage', 'broker:manage', 'read-model:manage', 'archive:seal', 'account:manage', 'audit:read', 'secret:write', 'data:erase'],
  auditor: [...readingPermissions, 'audit:read'],
};

/** What is about the whole installation: a role that holds on some sites only does not have it. */
const undivided: ReadonlySet<Permission> = new Set<Permission>(['system:read', 'job:write', 'site:manage', 'broker:manage', 'read-model:manage', 'archive:seal', 'account:manage', 'audit:read']);

/** True for a permission that can be limited to sites. */
export const isDivided = (permission: Permission): boolean => !undivided.has(permission);

/** The roles that have a permission, for telling whom to ask for. */
export function rolesWith(permission: Permission): Role[] {
  const roles: readonly Role[] = ['viewer', 'auditor', 'operator', 'admin'];
  return roles.filter((role) => rolePermissions[role].includes(permission));
}

/** Where grants allow something: everywhere, on these sites, or (undefined) nowhere. */
export function permittedSites(grants: readonly Grant[], permission: Permission): Sites | undefined {
  if (permission === 'self') return 'all';
  const held = grants.filter(({ role }) => rolePermissions[role].includes(permission));
  if (held.some(({ sites }) => sites === 'all')) return 'all';
  if (!isDivided(permission) || held.length === 0) return undefined;
  return [...new Set(held.flatMap(({ sites }) => (sites === 'all' ? [] : sites)))].sort();
}

/** Whether grants allow something anywhere at all. */
export function isAllowed(grants: readonly Grant[], permission: Permission): boolean {
  return permittedSites(grants, permission) !== undefined;
}
