import { z } from 'zod';
import { jobIdSchema, sha256Schema } from '../ids.ts';
import { executeShapeSchema } from '../manifest.ts';
import { secretUsesSchema } from '../secrets.ts';
import { eventSchema } from './envelope.ts';

/** A job's manifest was registered; script, environment and arguments lie in the event's private part. */
export const jobAppliedSchema = eventSchema(
  'kanade.job.applied.v1',
  z.strictObject({
    jobId: jobIdSchema,
    version: z.string().max(100),
    description: z.string().max(2000),
    execute: executeShapeSchema,
    scriptDigest: sha256Schema,
    scriptBytes: z.int().nonnegative(),
    /** Absent: none. */
    secrets: secretUsesSchema.optional(),
  }),
);
