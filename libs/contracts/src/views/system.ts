import { z } from 'zod';
import { positionSchema, timeSchema } from '../ids.ts';
import { checkpointSchema } from './checkpoints.ts';
import { rebuildProgressSchema } from './read-model.ts';
import { executionViewSchema, runViewSchema } from './executions.ts';

const check = z.strictObject({ status: z.enum(['ok', 'degraded', 'failed']), detail: z.string() });

/** What `kanade status` and the health page show. */
export const systemStatusSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'failed']),
    version: z.string(),
    startedAt: timeSchema,
    position: positionSchema,
    checks: z.strictObject({ broker: check, fold: check, verifier: check, lease: check, auditFeeds: check }),
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
    streams: z.array(
      z.strictObject({ name: z.string(), messages: z.int().nonnegative(), bytes: z.int().nonnegative(), maxBytes: z.int() }),
    ),
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
