import { z } from 'zod';
import { jobIdSchema, timeSchema } from '../ids.ts';
import { maxSecretBytes, secretNameSchema } from '../secrets.ts';
import { sitesSchema } from '../sites.ts';
import { pageQueryShape, pageSchema } from './paging.ts';

/** Body of `PUT /secrets/:name`: any bytes, as base64. */
export const setSecretRequestSchema = z
  .strictObject({
    value: z
      .string()
      .max(Math.ceil(maxSecretBytes / 3) * 4, `the value must be at most ${maxSecretBytes} bytes long`)
      .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'must be base64 with its padding'),
    /** As before when absent; a new secret is for all sites then. */
    sites: sitesSchema.optional(),
  })
  .meta({ id: 'SetSecretRequest' });

/** A secret without its value, which nothing ever shows. */
export const secretViewSchema = z
  .strictObject({
    name: secretNameSchema,
    version: z.int().positive(),
    sites: sitesSchema,
    setAt: timeSchema,
    setBy: z.string(),
    /** Jobs whose current version refers to it. */
    jobs: z.array(jobIdSchema),
  })
  .meta({ id: 'SecretView' });
export type SecretView = z.infer<typeof secretViewSchema>;

export const secretPageSchema = pageSchema('SecretPage', secretViewSchema);
export const secretListQuerySchema = z.strictObject(pageQueryShape);
