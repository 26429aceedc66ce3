import { z } from 'zod';
import { endpointIdSchema, timeSchema } from '../ids.ts';
import { siteNameSchema } from '../sites.ts';
import { endpointEnrolledSchema } from './endpoints.ts';
import { eventSchema } from './envelope.ts';

const endpointId = endpointIdSchema;
/** Public NKeys that may never sign in again. */
const nkey = z.string().max(60);

/** A machine asks to enrol with a token that wants an operator's word: it is no endpoint to be sent anything until that is given. */
export const endpointEnrolmentRequestedSchema = eventSchema('kanade.endpoint.enrolment-requested.v1', endpointEnrolledSchema.shape.data);

/** An operator let a waiting machine in; its enrolment follows in the same append. */
export const endpointApprovedSchema = eventSchema('kanade.endpoint.approved.v1', z.strictObject({ endpointId }));

/** The endpoint is cut off: its key signs in no more, its commands are withdrawn, its runs end. */
export const endpointRevokedSchema = eventSchema(
  'kanade.endpoint.revoked.v1',
  z.strictObject({ endpointId, nkey, reason: z.string().max(500).nullable() }),
);

/** The endpoint left the fleet on purpose: cut off like a revoked one, and no longer listed. */
export const endpointRetiredSchema = eventSchema('kanade.endpoint.retired.v1', z.strictObject({ endpointId, nkey }));

/** The same endpoint with new keys, because an operator said so: from here on only what they sign counts. */
export const endpointRekeyedSchema = eventSchema(
  'kanade.endpoint.rekeyed.v1',
  z.strictObject({ ...endpointEnrolledSchema.shape.data.omit({ site: true }).shape, previousNkey: nkey }),
);

/** What operators call the endpoint, whatever it calls itself; null takes the alias away. */
export const endpointAliasChangedSchema = eventSchema(
  'kanade.endpoint.alias-changed.v1',
  z.strictObject({ endpointId, alias: z.string().max(100).nullable() }),
);

/** People put the endpoint into another site; what it did before stays with the site it did it in. */
export const endpointSiteAssignedSchema = eventSchema('kanade.endpoint.site-assigned.v1', z.strictObject({ endpointId, site: siteNameSchema }));

/** What an endpoint did that its events are held for. */
export const holdCauses = ['open-batches', 'connections', 'event-budget', 'byte-budget'] as const;
export const holdCauseSchema = z.enum(holdCauses).meta({ id: 'HoldCause' });
export type HoldCause = z.infer<typeof holdCauseSchema>;

/** The endpoint's events are not let through until then, or until somebody releases it; they wait in its outbox, and nothing of it is lost. */
export const endpointHeldSchema = eventSchema(
  'kanade.endpoint.held.v1',
  z.strictObject({ endpointId, cause: z.enum(holdCauses), detail: z.string().max(200), until: timeSchema.nullable() }),
);

/** The endpoint's events are let through again; what it had used of the day's budget is forgotten. */
export const endpointReleasedSchema = eventSchema('kanade.endpoint.released.v1', z.strictObject({ endpointId, reason: z.enum(['time', 'operator']) }));

/** Two machines act as this endpoint, a cloned disk most likely: one of them found events it never wrote, and sends nothing more. */
export const endpointConflictReportedSchema = eventSchema(
  'kanade.endpoint.conflict-reported.v1',
  z.strictObject({ endpointId, detail: z.string().max(200) }),
);
