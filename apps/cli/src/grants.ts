import { Args, Flags } from '@oclif/core';
import type { Grant, PasswordLink } from '@kanade/api-client';
import { usageFailure } from './failure.ts';
import { formatTime } from './render/units.ts';

const roles = ['viewer', 'operator', 'admin', 'auditor'] as const satisfies readonly Grant['role'][];

/** The user name a command is about. */
export const userArgs = { name: Args.string({ required: true, description: 'the user name' }) };

/** The roles of an account; repeated, they add up. */
export const roleFlags = {
  role: Flags.string({ required: true, multiple: true, multipleNonGreedy: true, description: 'viewer, operator, admin or auditor; everywhere, or with @site,site on these sites (which allows nothing yet); may be repeated' }),
};

/** `operator@tokyo,osaka` as a grant. */
export function readGrant(text: string): Grant {
  const [name = '', sites] = text.split('@', 2);
  const role = roles.find((known) => known === name);
  if (role === undefined) throw usageFailure(`--role ${text}: there is no role ${name}.`, `Roles are ${roles.join(', ')}; write ROLE or ROLE@site,site.`);
  if (sites === undefined) return { role, sites: 'all' };
  const names = sites.split(',').filter((site) => site !== '');
  if (names.length === 0) throw usageFailure(`--role ${text} names no site.`, `Write --role ${role} for all sites, or --role ${role}@tokyo,osaka.`);
  return { role, sites: names };
}

/** Grants as they are written on the command line. */
export function formatGrants(grants: readonly Grant[]): string {
  return grants.map(({ role, sites }) => (typeof sites === 'string' ? role : `${role}@${sites.join(',')}`)).join(' ');
}

/** The whole address of a link to set a password. */
export function linkAddress(baseUrl: string, { link }: PasswordLink): string {
  return `${baseUrl.replace(/\/+$/, '')}${link}`;
}

/** What to do with a link that was just printed. */
export function linkAdvice({ username, expiresAt }: PasswordLink): string {
  return `\nHand it to ${username} on a way nobody else reads: whoever opens it first sets the password. It works once, until ${formatTime(expiresAt)}.`;
}
