import { z } from 'zod';
import { eventSchema } from './envelope.ts';

/** Somebody wants the read model folded anew from the whole history: just so, or because events that could not be folded can be now. */
export const rebuildRequestedSchema = eventSchema('kanade.read-model.rebuild-requested.v1', z.strictObject({ reason: z.enum(['asked', 'poison']) }));
