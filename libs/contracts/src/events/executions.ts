import { z } from 'zod';
import { endpointIdSchema, executionIdSchema, jobIdSchema, runIdSchema, sha256Schema, timeSchema } from '../ids.ts';
import { executeShapeSchema } from '../manifest.ts';
import { secretUsesSchema } from '../secrets.ts';
import { siteNameSchema } from '../sites.ts';
import { eventSchema } from './envelope.ts';
import { presumedRunStates } from '../run-states.ts';

/** How the targets were named: everything that whoever asked may run on, the endpoints of sites, or endpoints by id. */
export const selectorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('sites'), sites: z.array(siteNameSchema).min(1).max(100) }),
  z.strictObject({ kind: z.literal('endpoints'), count: z.int().positive() }),
]);

/**
 * How whoever asked for an execution over many endpoints was vouched for: by a code of their second factor, by having just proved who they are to
 * their identity provider, or by somebody else, for whom it waits until a time; `accountId` is whose own word does not count.
 */
export const confirmationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('second-factor') }),
  z.strictObject({ kind: z.literal('provider') }),
  z.strictObject({ kind: z.literal('approval'), accountId: z.string().max(63), until: timeSchema }),
]);
export type Confirmation = z.infer<typeof confirmationSchema>;

/** Somebody asked for an execution; its targets follow in the same atomic append as blocks of at most 1,000. */
export const executionRequestedSchema = eventSchema(
  'kanade.execution.requested.v1',
  z.strictObject({
    executionId: executionIdSchema,
    job: z.strictObject({ id: jobIdSchema, version: z.string().max(100) }).nullable(),
    execute: executeShapeSchema,
    /** SHA-256 of the script's UTF-8 bytes with the private part's salt before them. */
    scriptDigest: sha256Schema,
    selector: selectorSchema,
    targetCount: z.int().positive(),
    expiresAt: timeSchema,
    /** Runs of the same job still waiting on an endpoint are cancelled by this one. */
    supersede: z.boolean(),
    /** The job’s secrets, by name; absent: none. */
    secrets: secretUsesSchema.optional(),
    confirmation: confirmationSchema.optional(),
  }),
);

export const executionTargetedSchema = eventSchema(
  'kanade.execution.targeted.v1',
  z.strictObject({
    executionId: executionIdSchema,
    block: z.int().nonnegative(),
    targets: z.array(z.strictObject({ endpointId: endpointIdSchema, runId: runIdSchema })).min(1).max(1000),
  }),
);

/** The commands are in the queue; `sequence` is each one's place in KANADE_COMMANDS, for its deletion once accepted. */
export const executionDispatchedSchema = eventSchema(
  'kanade.execution.dispatched.v1',
  z.strictObject({
    executionId: executionIdSchema,
    incarnation: z.string().regex(/^[0-9a-f]{8}$/),
    commands: z.array(z.strictObject({ runId: runIdSchema, sequence: z.int().positive() })).min(1).max(1000),
  }),
);

/** Somebody else than whoever asked agreed: from here on its runs are sent. */
export const executionApprovedSchema = eventSchema('kanade.execution.approved.v1', z.strictObject({ executionId: executionIdSchema }));

/** Somebody said no; the end of its runs follows in the same append. */
export const executionDeniedSchema = eventSchema(
  'kanade.execution.denied.v1',
  z.strictObject({ executionId: executionIdSchema, reason: z.string().max(500).nullable() }),
);

/** Nobody said anything in time; the end of its runs follows in the same append. */
export const approvalExpiredSchema = eventSchema('kanade.execution.approval-expired.v1', z.strictObject({ executionId: executionIdSchema }));

/** Somebody asked for an end: of the whole execution, or of the named runs. */
export const executionCancelRequestedSchema = eventSchema(
  'kanade.execution.cancel-requested.v1',
  z.strictObject({ executionId: executionIdSchema, runIds: z.array(runIdSchema).max(1000).nullable() }),
);

/** The backend waited long enough, or withdrew commands nobody had accepted; a later fact of the agent supersedes it. */
export const runsPresumedSchema = eventSchema(
  'kanade.execution.runs-presumed.v1',
  z.strictObject({
    executionId: executionIdSchema,
    state: z.enum(presumedRunStates),
    runIds: z.array(runIdSchema).min(1).max(1000),
  }),
);
