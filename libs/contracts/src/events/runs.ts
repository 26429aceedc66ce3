import { z } from 'zod';
import { executionIdSchema, runIdSchema, sha256Schema, timeSchema } from '../ids.ts';
import { finalRunStates, runStates } from '../run-states.ts';
import { eventSchema } from './envelope.ts';

export const runStateSchema = z.enum(runStates).meta({ id: 'RunState' });
export type RunState = z.infer<typeof runStateSchema>;
export type FinalRunState = (typeof finalRunStates)[number];

const runRef = { runId: runIdSchema, executionId: executionIdSchema } as const;

export const runAcceptedSchema = eventSchema(
  'kanade.run.accepted.v1',
  z.strictObject({ ...runRef, commandSequence: z.int().positive() }),
);

export const runStartedSchema = eventSchema('kanade.run.started.v1', z.strictObject({ ...runRef, runAs: z.enum(['system', 'user']) }));

/** What one output stream came to: bytes, number of stored chunks, SHA-256 over salt and bytes. */
export const outputSummarySchema = z.strictObject({
  bytes: z.int().nonnegative(),
  chunks: z.int().nonnegative(),
  digest: sha256Schema,
});

/** Why a run ended as it did: a stable code and one English sentence that names the fix. */
export const runReasonSchema = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  message: z.string().max(500),
});
export type RunReason = z.infer<typeof runReasonSchema>;

export const runFinishedSchema = eventSchema(
  'kanade.run.finished.v1',
  z.strictObject({
    ...runRef,
    state: z.enum(finalRunStates),
    exitCode: z.int().nullable(),
    signal: z.string().max(20).nullable(),
    reason: runReasonSchema.nullable(),
    startedAt: timeSchema.nullable(),
    finishedAt: timeSchema,
    durationMs: z.int().nonnegative().nullable(),
    output: z.strictObject({ stdout: outputSummarySchema, stderr: outputSummarySchema }).nullable(),
  }),
);

/** A command that named no run this agent could believe: bad signature, foreign recipient, past its expiry, altered. */
export const commandRefusedSchema = eventSchema(
  'kanade.command.refused.v1',
  z.strictObject({ commandSequence: z.int().positive(), reason: runReasonSchema }),
);

export type RunFinished = z.infer<typeof runFinishedSchema>;
