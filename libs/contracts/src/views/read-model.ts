import { z } from 'zod';
import { endpointIdSchema, positionSchema, timeSchema } from '../ids.ts';
import { pageQueryShape, pageSchema } from './paging.ts';

/** How far a read model is that is built beside the one that answers. */
export const rebuildProgressSchema = z
  .strictObject({
    /** Which read model of its backend it makes; the one that answers has a lower number. */
    number: z.int().positive(),
    /** Since this backend has worked on it: one that was stopped half-way goes on where it was. */
    startedAt: timeSchema,
    eventsDone: z.int().nonnegative(),
    eventsTotal: z.int().nonnegative(),
    eventsPerSecond: z.int().nonnegative(),
    /** Null while the pace is not known. */
    secondsLeft: z.int().nonnegative().nullable(),
  })
  .meta({ id: 'RebuildProgress' });

/** What of the read model grows with the history; `past` is what rows said before, `rest` what is now. */
export const grownKinds = ['executions', 'runs', 'events', 'audit', 'output', 'samples', 'private-parts', 'past', 'rest'] as const;

/** Which read model answers, what it lacks, and what is built in its place. */
export const readModelStatusSchema = z
  .strictObject({
    number: z.int().positive(),
    /** What its tables and the code that first filled them are known by. */
    tables: z.string(),
    code: z.string(),
    position: positionSchema,
    sizeBytes: z.int().nonnegative(),
    /** Of it, what rows that were let go have left for others. */
    reusableBytes: z.int().nonnegative(),
    /**
     * How many rows there are of what grows, about, and their bytes as measured in the last minutes; null where that is not counted or still being measured. `before` is
     * from when on it is kept, null while none of it has been let go.
     */
    rows: z.array(z.strictObject({ kind: z.enum(grownKinds), count: z.int().nonnegative().nullable(), bytes: z.int().nonnegative().nullable(), before: timeSchema.nullable() })),
    /** The first position that can be looked back to; null while that is the whole history. */
    looksBackTo: positionSchema.nullable(),
    lagEvents: z.int().nonnegative(),
    /** True while it has not yet caught up with the history. */
    rebuilding: z.boolean(),
    /** Messages that could not be folded, and the position of the first event among them. */
    poison: z.strictObject({ count: z.int().nonnegative(), since: positionSchema.nullable() }),
    rebuild: rebuildProgressSchema.nullable(),
  })
  .meta({ id: 'ReadModelStatus' });

/** What a message that could not be folded was of. */
export const poisonStreams = ['events', 'output', 'private', 'metrics'] as const;
const poisonStreamSchema = z.enum(poisonStreams).meta({ id: 'PoisonStream' });

export const poisonViewSchema = z
  .strictObject({
    stream: poisonStreamSchema,
    /** Where it lies in its stream; only those of events are positions of the history. */
    position: positionSchema,
    /** A stable word for why, and one sentence. */
    code: z.string(),
    reason: z.string(),
    subject: z.string(),
    /** The endpoint whose subject it lies on, if that is one. */
    endpointId: endpointIdSchema.nullable(),
    size: z.int().nonnegative(),
    recordedAt: timeSchema,
  })
  .meta({ id: 'PoisonView' });
export type PoisonView = z.infer<typeof poisonViewSchema>;
export const poisonPageSchema = pageSchema('PoisonPage', poisonViewSchema);
export const poisonListQuerySchema = z.strictObject({ ...pageQueryShape, stream: poisonStreamSchema.default('events') });
export const poisonDetailQuerySchema = z.strictObject({ stream: poisonStreamSchema.default('events') });

/** One with its first bytes, 16 KiB at most; none where its endpoint's data was erased. */
export const poisonDetailSchema = z
  .strictObject({
    ...poisonViewSchema.shape,
    /** Base64. */
    bytes: z.string(),
    /** The same as text; null where they are none. */
    text: z.string().nullable(),
    /** True when there are more of them than are shown. */
    truncated: z.boolean(),
  })
  .meta({ id: 'PoisonDetail' });

/** It is in the history, and built. */
export const rebuildStartedSchema = z.strictObject({ position: positionSchema, rebuild: rebuildProgressSchema.nullable() }).meta({ id: 'RebuildStarted' });
