import { z } from 'zod';
import { endpointIdSchema, executionIdSchema, runIdSchema } from '../ids.ts';
import { eventSchema } from './envelope.ts';

/** Why, for whoever asks later; it stays in the history, so nothing personal belongs into it. */
export const erasureReasonSchema = z.string().max(500).trim().min(1, 'say why');

/** What runs printed is to be erased, and whatever of it still comes; of a whole execution (`runIds` null) also what it executed. */
export const executionOutputErasedSchema = eventSchema(
  'kanade.execution.output-erased.v1',
  z.strictObject({ executionId: executionIdSchema, runIds: z.array(runIdSchema).min(1).max(1000).nullable(), reason: z.string().max(500) }),
);

/** A retired endpoint's data is to be erased: output of its runs, inventory, samples, its names. */
export const endpointErasedSchema = eventSchema('kanade.endpoint.erased.v1', z.strictObject({ endpointId: endpointIdSchema, reason: z.string().max(500) }));
