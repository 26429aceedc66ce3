import { z } from 'zod';
import { positionSchema, timeSchema } from '../ids.ts';
import { checkpointSchema } from './checkpoints.ts';
import { rebuildProgressSchema } from './read-model.ts';
import { executionViewSchema, runViewSchema } from './executions.ts';

const check = z.strictObject({ status: z.enum(['ok', 'degraded', 'failed']), detail: z.string() });

/** Positions from `first` to `last`, both included. */
const positions = z.strictObject({ first: z.int().positive(), last: z.int().positive() });

/** How the archive of the record is. Lists of positions name the first hundred ranges. */
export const archiveStatusSchema = z
  .strictObject({
    directory: z.string(),
    /** Whether this replica is the one that archives; another one knows nothing of what follows. */
    leading: z.boolean(),
    /** The last position it has; null before that is known. */
    position: positionSchema.nullable(),
    /** Events that are in the broker and not yet in the archive. */
    lagEvents: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    /** Why nothing can be archived, or compared, and what helps; null while all is well. */
    failure: z.string().nullable(),
    /** Positions that were gone from the broker before they were archived. */
    lacks: z.array(positions),
    /** What the last comparison of the two found. */
    damage: z.strictObject({
      /** Positions the broker should have and has not; they are read from the archive. */
      missing: z.array(positions),
      /** Positions at which the broker has another event than the archive. */
      altered: z.array(positions),
      /** Positions at which the archive is not what was written to it. */
      archive: z.array(positions),
      /** Why the broker's stream does not continue what the archive has of it; nothing is recorded then. Null while it does. */
      rewound: z.string().nullable(),
    }),
    /** When all of the broker's events were last compared with the archive; null before the first time. */
    comparedAt: timeSchema.nullable(),
  })
  .meta({ id: 'ArchiveStatus' });
export type ArchiveStatus = z.infer<typeof archiveStatusSchema>;

/** What `kanade status` and the health page show. */
export const systemStatusSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'failed']),
    version: z.string(),
    startedAt: timeSchema,
    position: positionSchema,
    checks: z.strictObject({ broker: check, fold: check, verifier: check, lease: check, archive: check, auditFeeds: check, disk: check }),
    fold: z.strictObject({
      /** Events, output chunks and samples the read model has yet to fold. */
      lagEvents: z.int().nonnegative(),
      /** Milliseconds between recording and folding of the newest folded event. */
      lagMs: z.number().nonnegative(),
      poisonCount: z.int().nonnegative(),
      rebuilding: z.boolean(),
      /** The read model that is built beside the one that answers. */
      rebuild: rebuildProgressSchema.nullable(),
    }),
    verifier: z.strictObject({
      lagEvents: z.int().nonnegative(),
      invalidCount: z.int().nonnegative(),
      /** The newest checkpoint this replica signed; null before the first. */
      checkpoint: checkpointSchema.nullable(),
    }),
    /** Null where nothing is archived. */
    archive: archiveStatusSchema.nullable(),
    streams: z.array(
      z.strictObject({ name: z.string(), messages: z.int().nonnegative(), bytes: z.int().nonnegative(), maxBytes: z.int() }),
    ),
    /** What lies on the volume of this backend's data directory, and how much room is left on it; null where the volume does not tell. */
    storage: z.strictObject({
      totalBytes: z.int().nonnegative().nullable(),
      freeBytes: z.int().nonnegative().nullable(),
      readModelBytes: z.int().nonnegative(),
      verifierBytes: z.int().nonnegative(),
    }),
    /** `held`: how many endpoints' events are not let through for now. */
    endpoints: z.strictObject({ total: z.int(), online: z.int(), held: z.int() }),
  })
  .meta({ id: 'SystemStatus' });
export type SystemStatus = z.infer<typeof systemStatusSchema>;

/** The console's first page: the fleet at a glance, what runs now, the latest results. */
export const overviewSchema = z
  .strictObject({
    endpoints: z.strictObject({ total: z.int(), online: z.int(), offline: z.int(), neverSeen: z.int(), quarantined: z.int() }),
    runsLastDay: z.strictObject({ succeeded: z.int(), failed: z.int(), running: z.int(), queued: z.int() }),
    running: z.array(executionViewSchema),
    latestRuns: z.array(runViewSchema),
    position: positionSchema,
  })
  .meta({ id: 'Overview' });
