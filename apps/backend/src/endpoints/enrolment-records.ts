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
});
export type EndpointRecord = z.infer<typeof endpointRecordSchema>;
