import { z } from 'zod';
import { endpointIdSchema } from '../ids.ts';
import { enrolmentTokenCreatedSchema } from './accounts.ts';
import { eventSchema } from './envelope.ts';

/** A token that lets machines enrol. */
export const enrolmentTokenCreatedV2Schema = eventSchema(
  'kanade.enrolment.token-created.v2',
  z.strictObject({
    ...enrolmentTokenCreatedSchema.shape.data.shape,
    /** What enrols with it waits until an operator approves it. */
    approval: z.boolean(),
    /** The one endpoint it gives new keys to; null for a token that makes new endpoints. */
    endpointId: endpointIdSchema.nullable(),
  }),
);

/** Nothing enrols with the token any more; what has enrolled stays. */
export const enrolmentTokenRevokedSchema = eventSchema('kanade.enrolment.token-revoked.v1', z.strictObject({ tokenId: z.string().max(63) }));
