import { z } from 'zod';
import { runIdSchema, timeSchema } from '../ids.ts';

/** Published on `kanade.presence.<endpointId>`, not stored. */
export const presenceBeatSchema = z.strictObject({
  at: timeSchema,
  agentVersion: z.string().max(50),
  /** Runs accepted and not yet finished; one that is missing for three beats is asked for. */
  activeRuns: z.array(runIdSchema).max(1000),
  /** Why it sends no events: somebody else writes in its name. */
  conflict: z.string().max(200).optional(),
});
export type PresenceBeat = z.infer<typeof presenceBeatSchema>;

/** Published on `kanade.metrics.<endpointId>`, kept for a while. Rates are means since the sample before. */
export const performanceSampleSchema = z.strictObject({
  at: timeSchema,
  /** 0 to 1, all cores together. */
  cpu: z.number().min(0).max(1),
  memoryUsedBytes: z.int().nonnegative(),
  memoryTotalBytes: z.int().nonnegative(),
  diskReadBytesPerSecond: z.number().nonnegative().nullable(),
  diskWriteBytesPerSecond: z.number().nonnegative().nullable(),
  networkReceivedBytesPerSecond: z.number().nonnegative().nullable(),
  networkSentBytesPerSecond: z.number().nonnegative().nullable(),
  /** The agent's own resident memory. */
  agentMemoryBytes: z.int().nonnegative(),
});
export type PerformanceSample = z.infer<typeof performanceSampleSchema>;
