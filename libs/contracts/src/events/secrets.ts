import { z } from 'zod';
import { secretNameSchema } from '../secrets.ts';
import { sitesSchema } from '../sites.ts';
import { eventSchema } from './envelope.ts';

/** A secret got a value. Neither the value nor a digest of it is told: what is easily guessed would be confirmed by one. */
export const secretSetSchema = eventSchema(
  'kanade.secret.set.v1',
  z.strictObject({
    name: secretNameSchema,
    /** Counts up from 1, over deletions too. */
    version: z.int().positive(),
    sites: sitesSchema,
    /** Which of the encrypted records holds the value; random. */
    valueId: z.string().max(63),
  }),
);

/** The secret is gone, its value purged. */
export const secretDeletedSchema = eventSchema('kanade.secret.deleted.v1', z.strictObject({ name: secretNameSchema }));
