import type { Grant, Permission, Role } from '@kanade/contracts';

const reading = ['fleet:read', 'history:read', 'system:read'] as const;

/** What each role may do, beside what everybody may who is signed in. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: reading,
  operator: [...reading, 'run', 'job:write'],
  admin: [...reading, 'run', 'job:write', 'endpoint:manage', 'account:manage'],
  auditor: reading,
};

/** The roles that have a permission, for telling whom to ask for. */
export function rolesWith(permission: Permission): Role[] {
  const roles: readonly Role[] = ['viewer', 'auditor', 'operator', 'admin'];
  return roles.filter((role) => rolePermissions[role].includes(permission));
}

/** Whether grants allow something on all sites; a role that holds on some sites only allows nothing until operations can be limited to them. */
export function isAllowed(grants: readonly Grant[], permission: Permission): boolean {
  return permission === 'self' || grants.some(({ role, sites }) => sites === 'all' && rolePermissions[role].includes(permission));
}
