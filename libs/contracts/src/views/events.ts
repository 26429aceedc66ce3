import { z } from 'zod';
import { endpointIdSchema, executionIdSchema, positionSchema, timeSchema } from '../ids.ts';
import { pageQueryShape, pageSchema } from './paging.ts';

export const eventViewSchema = z
  .strictObject({
    position: positionSchema,
    id: z.string(),
    type: z.string(),
    source: z.string(),
    /** When the broker recorded it. */
    recordedAt: timeSchema,
    /** When its writer says it happened. */
    time: timeSchema,
    endpointId: endpointIdSchema.nullable(),
    executionId: executionIdSchema.nullable(),
    principal: z.string().nullable(),
    /** `poison`: recorded but not folded, with the reason beside it. */
    status: z.enum(['folded', 'poison']),
    poisonReason: z.string().nullable(),
  })
  .meta({ id: 'EventView' });
export type EventView = z.infer<typeof eventViewSchema>;
export const eventPageSchema = pageSchema('EventPage', eventViewSchema);

export const eventListQuerySchema = z.strictObject({
  ...pageQueryShape,
  type: z.string().max(100).optional(),
  endpointId: endpointIdSchema.optional(),
  executionId: executionIdSchema.optional(),
  /** Only what somebody asked for: a user's name, `account/ID` or `token/ID`. */
  principal: z.string().max(200).optional(),
  /** `poison`: only those that could not be folded. */
  status: z.enum(['folded', 'poison']).optional(),
  /** Recorded at this time or later. */
  from: timeSchema.optional(),
  /** Recorded at this time or earlier. */
  to: timeSchema.optional(),
  /** `asc` pages forward from the oldest (or the cursor), `desc` backward from the newest. */
  order: z.enum(['asc', 'desc']).default('desc'),
  /** Only events recorded after this position. */
  after: positionSchema.optional(),
});

/** One event whole, as the stream keeps it. */
export const eventDetailSchema = z
  .strictObject({
    ...eventViewSchema.shape,
    subject: z.string(),
    headers: z.record(z.string(), z.string()),
    /** The body's exact text; empty where it is not shown because its endpoint's data was erased. */
    body: z.string(),
    erased: z.boolean(),
    /** Whether the writer's signature has been checked: `pending` while the verifier has not reached it. */
    signature: z.enum(['valid', 'invalid', 'pending']),
  })
  .meta({ id: 'EventDetail' });

/** Which events an export has; without a filter, every one of its range. */
export const eventExportQuerySchema = z.strictObject({
  /** Recorded at this time or later. */
  from: timeSchema.optional(),
  /** Recorded at this time or earlier. */
  to: timeSchema.optional(),
  /** Only events recorded after this position. */
  after: positionSchema.optional(),
  type: z.string().max(100).optional(),
  /** About or of this endpoint. */
  endpointId: endpointIdSchema.optional(),
  executionId: executionIdSchema.optional(),
  /** A user name or `account/<id>` (with all tokens of the account), or `token/<id>`. */
  principal: z.string().max(200).optional(),
  minPosition: positionSchema.optional(),
  /** To go on with an export that broke off: the size of its checkpoint, and the position up to which it is there. */
  checkpoint: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  resume: positionSchema.optional(),
});
