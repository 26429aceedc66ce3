import { z } from 'zod';
import { sitesSchema } from './sites.ts';

/** What somebody may do: look; also run; also administer; or look at everything, the record included, and change nothing. */
export const roles = ['viewer', 'operator', 'admin', 'auditor'] as const;
export const roleSchema = z.enum(roles).meta({ id: 'Role' });
export type Role = z.infer<typeof roleSchema>;

/** A role and where it holds: everywhere, or on the endpoints of these sites. */
export const grantSchema = z
  .strictObject({ role: roleSchema, sites: sitesSchema })
  .meta({ id: 'Grant' });
export type Grant = z.infer<typeof grantSchema>;

/** What an account is given: at least one grant. */
export const grantsSchema = z.array(grantSchema).min(1, 'give at least one role').max(20);

/** What an account has: none where an identity provider no longer gives it any. */
export const heldGrantsSchema = z.array(grantSchema).max(20);
