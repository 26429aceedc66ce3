import { endpointIdSchema, timeSchema } from '@kanade/contracts';
import { z } from 'zod';

/** What is kept of an enrolment token; of its NKey only the public half was ever kept. */
export const enrolmentRecordSchema = z.strictObject({
  tokenId: z.string(),
  nkey: z.string(),
  site: z.string(),
  maxUses: z.int(),
  uses: z.int(),
  /** Public NKeys counted last, newest at the end. */
  counted: z.array(z.string()),
  expiresAt: timeSchema,
  approval: z.boolean().default(false),
  /** The endpoint it gives new keys to. */
  endpointId: endpointIdSchema.nullable().default(null),
});
export type EnrolmentRecord = z.infer<typeof enrolmentRecordSchema>;

/** What is kept of an endpoint's identity. */
export const endpointRecordSchema = z.strictObject({
  endpointId: endpointIdSchema,
  nkey: z.string(),
  signingKey: z.string(),
  sealingKey: z.string(),
  site: z.string(),
  tokenId: z.string(),
  enrolledAt: timeSchema,
  /** It enrolled with a token that wants an operator's word. */
  approval: z.boolean().default(false),
  /** Since when its keys count no more. */
  revokedAt: timeSchema.nullable().default(null),
});
export type EndpointRecord = z.infer<typeof endpointRecordSchema>;

/** Which endpoint a key is or was: a public NKey, signing or sealing key, for ever. Of the NKey it had first the endpoint's id is derived, and no record is kept. */
export const keyOwnerSchema = z.strictObject({ endpointId: endpointIdSchema });
export const keyOwnerRecord = (publicKey: string): string => `endpoint-key.${publicKey}`;
