import { z } from 'zod';
import { positionSchema, sha256Schema } from '../ids.ts';
import { eventSchema } from './envelope.ts';

/** The beginning of the record was verified in the archive and sealed: from then on the broker may drop it. */
export const archiveSealedSchema = eventSchema(
  'kanade.archive.sealed.v1',
  z.strictObject({
    through: positionSchema,
    /** Root of the Merkle tree over what is sealed. */
    root: sha256Schema,
  }),
);
