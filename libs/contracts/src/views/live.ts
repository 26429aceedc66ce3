import { z } from 'zod';
import { endpointIdSchema, executionIdSchema, positionSchema, runIdSchema, timeSchema } from '../ids.ts';
import { outputStreams } from '../subjects.ts';
import { performanceSampleSchema } from '../wire/live.ts';
import { endpointStatusSchema } from './endpoints.ts';
import { runStateSchema } from '../events/runs.ts';

/** What a client may ask of `/api/v1/live`; `id` is the client's own and comes back in errors. */
export const liveTopicSchema = z.discriminatedUnion('kind', [
  /** Every change, without output. */
  z.strictObject({ kind: z.literal('changes') }),
  /** Changes of one execution and its runs, and their output as it comes. */
  z.strictObject({ kind: z.literal('execution'), executionId: executionIdSchema }),
  /** Presence and performance of one endpoint. */
  z.strictObject({ kind: z.literal('endpoint'), endpointId: endpointIdSchema }),
]);
export type LiveTopic = z.infer<typeof liveTopicSchema>;

export const liveRequestSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('subscribe'), id: z.string().max(63), topic: liveTopicSchema }),
    z.strictObject({ type: z.literal('unsubscribe'), id: z.string().max(63) }),
  ])
  .meta({ id: 'LiveRequest' });
export type LiveRequest = z.infer<typeof liveRequestSchema>;

/** What the server sends. Data of an earlier position may have been missed: fetch it, with `minPosition`. */
export const liveMessageSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('subscribed'), id: z.string(), position: positionSchema }),
    z.strictObject({ type: z.literal('error'), id: z.string().nullable(), code: z.string(), message: z.string() }),
    /** Rows changed; at most one message per kind and id and fold batch. */
    z.strictObject({
      type: z.literal('changed'),
      kind: z.enum(['endpoint', 'job', 'execution', 'event', 'account', 'site', 'secret']),
      id: z.string(),
      position: positionSchema,
    }),
    z.strictObject({
      type: z.literal('run'),
      runId: runIdSchema,
      executionId: executionIdSchema,
      endpointId: endpointIdSchema,
      state: runStateSchema,
      exitCode: z.int().nullable(),
      position: positionSchema,
    }),
    /** Output bytes (base64) at `offset` of their stream; a gap means something was missed and can be fetched once stored. */
    z.strictObject({
      type: z.literal('output'),
      runId: runIdSchema,
      executionId: executionIdSchema,
      stream: z.enum(outputStreams),
      offset: z.int().nonnegative(),
      data: z.string(),
    }),
    /** Another read model answers: whatever was read before may be told differently now. */
    z.strictObject({ type: z.literal('rebuilt'), position: positionSchema }),
    z.strictObject({ type: z.literal('presence'), endpointId: endpointIdSchema, status: endpointStatusSchema, lastSeenAt: timeSchema }),
    z.strictObject({ type: z.literal('performance'), endpointId: endpointIdSchema, sample: performanceSampleSchema }),
  ])
  .meta({ id: 'LiveMessage' });
export type LiveMessage = z.infer<typeof liveMessageSchema>;
