import { z } from 'zod';
import { checkpointSchema } from '../views/checkpoints.ts';
import { eventSchema } from './envelope.ts';

/** An endpoint was shown a checkpoint that does not continue the one it keeps: the record is not the one it was, or not the same for everybody. */
export const checkpointConflictReportedSchema = eventSchema(
  'kanade.checkpoint.conflict-reported.v1',
  z.strictObject({
    /** `shorter`: fewer events than before. `contradicts`: the earlier ones are not the beginning of the later. */
    reason: z.enum(['shorter', 'contradicts']),
    kept: checkpointSchema,
    shown: checkpointSchema,
  }),
);
