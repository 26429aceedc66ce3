import { z } from 'zod';
import { outputStreams } from '../subjects.ts';
import { runReasonSchema, runStateSchema } from '../events/runs.ts';
import { endpointIdSchema, executionIdSchema, jobIdSchema, positionSchema, runIdSchema, timeSchema } from '../ids.ts';
import { durationSchema, executeSchema, shellSchema } from '../manifest.ts';
import { siteNameSchema } from '../sites.ts';
import { momentSchema, pageQueryShape, pageSchema } from './paging.ts';

/** Largest piece of output one JSON answer carries per stream, in bytes; the output route gives the rest. */
export const outputPreviewBytes = 64 * 1024;

export const targetsSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('sites'), sites: z.array(siteNameSchema).min(1).max(100) }),
    z.strictObject({ kind: z.literal('endpoints'), ids: z.array(endpointIdSchema).min(1).max(10_000) }),
  ])
  .meta({ id: 'Targets' });

/**
 * What vouches for an execution over many endpoints: a code of the second factor (or a recovery code) of whoever asks, or the approval of somebody
 * else, for which it waits, however few endpoints it is for.
 */
export const confirmSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('code'), code: z.string().min(6, 'must be six digits, or a recovery code').max(32, 'must be six digits, or a recovery code') }),
  z.strictObject({ kind: z.literal('approval') }),
]);

/** Body of `POST /executions`: a registered job or a script, on which endpoints, until when. */
export const createExecutionRequestSchema = z
  .strictObject({
    targets: targetsSchema,
    what: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('job'), jobId: jobIdSchema }),
      z.strictObject({ kind: z.literal('script'), execute: executeSchema }),
    ]),
    /** How long a run may wait for its endpoint before it expires. */
    expiresIn: durationSchema.default('24h'),
    /** Cancel this job's runs that still wait on the same endpoints. */
    supersede: z.boolean().default(false),
    confirm: confirmSchema.optional(),
  })
  .meta({ id: 'CreateExecutionRequest' });

export const createExecutionResultSchema = z
  .strictObject({
    executionId: executionIdSchema,
    targetCount: z.int().positive(),
    position: positionSchema,
    /** Until when it waits for somebody else's approval; null where it needs none. */
    approvalUntil: timeSchema.nullable(),
  })
  .meta({ id: 'CreateExecutionResult' });

export const approvalStates = ['waiting', 'approved', 'denied', 'expired', 'withdrawn'] as const;
export const approvalStateSchema = z.enum(approvalStates).meta({ id: 'ApprovalState' });
export type ApprovalState = z.infer<typeof approvalStateSchema>;

/** `withdrawn`: it was cancelled while it waited. `accountId` is of whoever asked, who cannot decide; `decidedBy` and `decidedAt` are null while it waits. */
export const approvalSchema = z
  .strictObject({
    state: approvalStateSchema,
    until: timeSchema,
    accountId: z.string(),
    decidedBy: z.string().nullable(),
    decidedAt: timeSchema.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Approval' });

export const executionStates = ['running', 'succeeded', 'failed', 'cancelled'] as const;
export const executionStateSchema = z.enum(executionStates).meta({ id: 'ExecutionState' });
export type ExecutionState = z.infer<typeof executionStateSchema>;

export const executionViewSchema = z
  .strictObject({
    id: executionIdSchema,
    /** `running` until every run ended; `succeeded` if all did; `cancelled` if one was asked for and nothing failed; else `failed`. */
    state: executionStateSchema,
    job: z.strictObject({ id: jobIdSchema, version: z.string() }).nullable(),
    /** True when its request was lost with a restored backup, and it is known only from what its agents reported. */
    recovered: z.boolean(),
    /** Null only where it was recovered, like `requestedBy`. */
    shell: shellSchema.nullable(),
    requestedBy: z.string().nullable(),
    requestedAt: timeSchema,
    expiresAt: timeSchema,
    endedAt: timeSchema.nullable(),
    targetCount: z.int().positive(),
    /** Null where it needs nobody's approval; while it waits for one, its runs are queued and not sent. */
    approval: approvalSchema.nullable(),
    /** How many runs are in each state. */
    counts: z.record(runStateSchema, z.int().nonnegative()),
  })
  .meta({ id: 'ExecutionView' });
export type ExecutionView = z.infer<typeof executionViewSchema>;

export const executionPageSchema = pageSchema('ExecutionPage', executionViewSchema);
export const executionListQuerySchema = z.strictObject({
  ...pageQueryShape,
  state: executionStateSchema.optional(),
  jobId: jobIdSchema.optional(),
  /** Those that wait for an approval, or that were decided so. */
  approval: approvalStateSchema.optional(),
});

export const runViewSchema = z
  .strictObject({
    runId: runIdSchema,
    executionId: executionIdSchema,
    endpointId: endpointIdSchema,
    endpointName: z.string(),
    state: runStateSchema,
    /** True while `expired`, `lost` or a withdrawn `cancelled` is the backend's presumption and no fact. */
    presumed: z.boolean(),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    reason: runReasonSchema.nullable(),
    requestedAt: timeSchema,
    startedAt: timeSchema.nullable(),
    finishedAt: timeSchema.nullable(),
    durationMs: z.int().nonnegative().nullable(),
    stdoutBytes: z.int().nonnegative(),
    stderrBytes: z.int().nonnegative(),
  })
  .meta({ id: 'RunView' });
export type RunView = z.infer<typeof runViewSchema>;
export const runPageSchema = pageSchema('RunPage', runViewSchema);

export const runListQuerySchema = z.strictObject({
  ...pageQueryShape,
  executionId: executionIdSchema.optional(),
  endpointId: endpointIdSchema.optional(),
  state: runStateSchema.optional(),
});

/** A run with the beginning of its output as text (UTF-8, undecodable bytes replaced). */
export const runDetailSchema = z
  .strictObject({
    ...runViewSchema.shape,
    stdout: z.string(),
    stderr: z.string(),
    /** True when a stream is longer than what stands here. */
    truncated: z.boolean(),
    /** `expired`: the output stream no longer keeps it. `erased`: somebody had it erased, and what may still come will be. */
    outputState: z.enum(['kept', 'expired', 'erased', 'none']),
  })
  .meta({ id: 'RunDetail' });
export type RunDetail = z.infer<typeof runDetailSchema>;

export const executionDetailSchema = z
  .strictObject({
    ...executionViewSchema.shape,
    /** Null once its private part has been erased. */
    execute: executeSchema.nullable(),
    /** Position of the first event about it that could not be folded: what is told of it may lack what that said. */
    incompleteSince: positionSchema.nullable(),
    position: positionSchema,
  })
  .meta({ id: 'ExecutionDetail' });

/** `GET /executions/:id/results`: every run with the beginning of its output, a page at a time. */
export const runResultPageSchema = pageSchema('RunResultPage', runDetailSchema);
export const runResultListQuerySchema = z.strictObject(pageQueryShape);

/** `GET /runs/:id/output/:stream`: raw bytes from `offset`; the header `Kanade-Total-Bytes` tells how many there are so far. */
export const outputQuerySchema = z.strictObject({
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().min(1).max(4 * 1024 * 1024).default(1024 * 1024),
  at: momentSchema.optional(),
});
export const outputParamsSchema = z.strictObject({ runId: runIdSchema, stream: z.enum(outputStreams) });

/** Body of `POST /executions/:id/deny`. */
export const denyExecutionRequestSchema = z.strictObject({ reason: z.string().min(1).max(500).optional() }).meta({ id: 'DenyExecutionRequest' });

/** Body of `POST /executions/:id/cancel`: all runs, or the named ones. */
export const cancelExecutionRequestSchema = z
  .strictObject({ runIds: z.array(runIdSchema).min(1).max(1000).optional() })
  .meta({ id: 'CancelExecutionRequest' });
