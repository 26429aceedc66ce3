import { roles, siteNameSchema } from '@kanade/contracts';
import type { Grant } from '@kanade/contracts';
import { z } from 'zod';

/** `operator@tokyo,osaka`: a role, and the sites it is limited to. */
const grantTextSchema = z.string().transform((text, context): Grant => {
  const [name, sites, ...rest] = text.split('@');
  const role = roles.find((known) => known === name);
  const names = sites?.split(',') ?? [];
  const wrong = names.find((site) => !siteNameSchema.safeParse(site).success);
  if (role !== undefined && rest.length === 0 && wrong === undefined) return { role, sites: sites === undefined ? 'all' : names };
  context.addIssue(`${text} must be one of ${roles.join(', ')}, or such a role on sites, as in operator@tokyo,osaka`);
  return z.NEVER;
});

/** The file of `KANADE_OIDC_ROLES_FILE`: which values of which claim give which roles. */
export const roleMappingSchema = z.strictObject({ claim: z.string().min(1), map: z.record(z.string(), z.array(grantTextSchema).min(1)) });
export type RoleMapping = z.output<typeof roleMappingSchema>;

function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return [claim];
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}

/** What the claims of somebody give them: each role once, wherever any of their values gives it; nothing where there is no mapping. */
export function grantsOf(mapping: RoleMapping | undefined, claims: Readonly<Record<string, unknown>>): Grant[] {
  if (mapping === undefined) return [];
  const given = valuesOf(claims[mapping.claim]).flatMap((value) => (Object.hasOwn(mapping.map, value) ? (mapping.map[value] ?? []) : []));
  return roles.flatMap((role): Grant[] => {
    const held = given.filter((grant) => grant.role === role);
    if (held.length === 0) return [];
    if (held.some(({ sites }) => sites === 'all')) return [{ role, sites: 'all' }];
    return [{ role, sites: [...new Set(held.flatMap(({ sites }) => (sites === 'all' ? [] : sites)))].sort() }];
  });
}
