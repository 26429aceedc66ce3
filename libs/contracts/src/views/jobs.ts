import { z } from 'zod';
import { executeSchema, shellSchema } from '../manifest.ts';
import { refuseSecretClashes, secretReferencesSchema, secretUsesSchema } from '../secrets.ts';
import { jobIdSchema, positionSchema, timeSchema } from '../ids.ts';
import { pageQueryShape, pageSchema } from './paging.ts';

/** Body of `PUT /jobs/:id`: the manifest with its script read in. */
export const applyJobRequestSchema = z
  .strictObject({
    version: z.string().min(1).max(100),
    description: z.string().max(2000).default(''),
    execute: executeSchema,
    secrets: secretReferencesSchema,
  })
  .superRefine(refuseSecretClashes)
  .meta({ id: 'ApplyJobRequest' });

export const jobViewSchema = z
  .strictObject({
    id: jobIdSchema,
    version: z.string(),
    description: z.string(),
    shell: shellSchema,
    appliedAt: timeSchema,
    appliedBy: z.string(),
  })
  .meta({ id: 'JobView' });
export type JobView = z.infer<typeof jobViewSchema>;
export const jobPageSchema = pageSchema('JobPage', jobViewSchema);
export const jobListQuerySchema = z.strictObject({ ...pageQueryShape, search: z.string().max(200).optional() });

export const jobDetailSchema = z
  .strictObject({
    ...jobViewSchema.shape,
    /** Null once its private part has been erased. */
    execute: executeSchema.nullable(),
    secrets: secretUsesSchema,
    versions: z.array(z.strictObject({ version: z.string(), appliedAt: timeSchema, appliedBy: z.string(), position: positionSchema })),
    position: positionSchema,
  })
  .meta({ id: 'JobDetail' });

/** `created` and `updated` made an event; `unchanged` found the same manifest already registered and made none. */
export const applyJobResultSchema = z
  .strictObject({ outcome: z.enum(['created', 'updated', 'unchanged']), position: positionSchema })
  .meta({ id: 'ApplyJobResult' });
