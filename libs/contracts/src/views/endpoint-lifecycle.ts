import { z } from 'zod';

export const revokeEndpointRequestSchema = z
  .strictObject({ /** Why, in a sentence; it stays in the history. */ reason: z.string().max(500).trim().min(1).optional() })
  .meta({ id: 'RevokeEndpointRequest' });

/** One line of printable characters: an alias is shown in lists, terminals and questions before a run. */
const aliasSchema = z
  .string()
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'must be one line of printable characters')
  .trim()
  .min(1, 'must not be empty; send null to take the alias away');

export const setEndpointAliasRequestSchema = z.strictObject({ alias: aliasSchema.nullable() }).meta({ id: 'SetEndpointAliasRequest' });
