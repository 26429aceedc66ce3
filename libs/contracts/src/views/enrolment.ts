import { z } from 'zod';
import { endpointIdSchema, timeSchema } from '../ids.ts';
import { subjectToken } from '../subject-token.ts';
import { pageQueryShape, pageSchema } from './paging.ts';

/** An enrolment token's id, which tells nothing of the token. */
export const enrolmentTokenIdSchema = z.string().regex(subjectToken, 'must be an id such as kanade enrol-token list shows');

/** Whether anything can still enrol with a token, and if not, why. */
export const enrolmentTokenStates = ['usable', 'used-up', 'expired', 'revoked'] as const;
export const enrolmentTokenStateSchema = z.enum(enrolmentTokenStates).meta({ id: 'EnrolmentTokenState' });

/** A token that lets machines enrol; never the token itself, which is shown once. */
export const enrolmentTokenViewSchema = z
  .strictObject({
    tokenId: z.string(),
    state: enrolmentTokenStateSchema,
    site: z.string(),
    approval: z.boolean(),
    /** The one endpoint it gives new keys to. */
    endpointId: endpointIdSchema.nullable(),
    maxUses: z.int(),
    uses: z.int(),
    lastUsedAt: timeSchema.nullable(),
    createdAt: timeSchema,
    createdBy: z.string(),
    expiresAt: timeSchema,
    revokedAt: timeSchema.nullable(),
  })
  .meta({ id: 'EnrolmentTokenView' });
export type EnrolmentTokenView = z.infer<typeof enrolmentTokenViewSchema>;

export const enrolmentTokenPageSchema = pageSchema('EnrolmentTokenPage', enrolmentTokenViewSchema);
export const enrolmentTokenListQuerySchema = z.strictObject(pageQueryShape);
