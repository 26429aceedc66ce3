import { z } from 'zod';
import { erasureReasonSchema } from '../events/erasure.ts';
import { runIdSchema } from '../ids.ts';

/** Body of `POST /executions/:id/erase-output`: of all runs and what they executed, or of the named runs. */
export const eraseOutputRequestSchema = z
  .strictObject({ runIds: z.array(runIdSchema).min(1).max(1000).optional(), reason: erasureReasonSchema })
  .meta({ id: 'EraseOutputRequest' });

/** Body of `POST /endpoints/:id/erase`. */
export const eraseEndpointRequestSchema = z.strictObject({ reason: erasureReasonSchema }).meta({ id: 'EraseEndpointRequest' });
