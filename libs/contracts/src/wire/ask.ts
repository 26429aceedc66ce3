import { z } from 'zod';
import { endpointIdSchema, runIdSchema, timeSchema } from '../ids.ts';
import { runStateSchema } from '../events/runs.ts';

/** A signed question on `kanade.ask.<endpointId>.<question>`; an unsigned, foreign, expired or repeated one gets no answer. */
export const askRequestSchema = z.strictObject({
  id: z.string().max(63),
  recipient: endpointIdSchema,
  expiresAt: timeSchema,
  question: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ping') }),
    // A nudge: there are new keys, or a new desired state; the endpoint fetches them itself.
    z.strictObject({ kind: z.literal('news') }),
    z.strictObject({ kind: z.literal('runs'), runIds: z.array(runIdSchema).min(1).max(1000) }),
  ]),
});
export type AskRequest = z.infer<typeof askRequestSchema>;

/** What the endpoint's ledger says; `null` for a run it never saw. */
export const askAnswerSchema = z.strictObject({
  id: z.string().max(63),
  at: timeSchema,
  runs: z.array(z.strictObject({ runId: runIdSchema, state: runStateSchema.nullable() })).max(1000),
});
export type AskAnswer = z.infer<typeof askAnswerSchema>;
