import { z } from 'zod';
import { endpointIdSchema } from '../ids.ts';
import { brokerAccessSchema } from '../wire/desired-state.ts';
import { eventSchema } from './envelope.ts';

/** Endpoints are to reach the broker elsewhere, or by another authority: one of them, or (null) all, those that come later too. */
export const brokerMoveOrderedSchema = eventSchema(
  'kanade.broker.move-ordered.v1',
  z.strictObject({
    /** Desired states that bring this about have this version at least; it only grows. */
    version: z.int().positive(),
    endpointId: endpointIdSchema.nullable(),
    broker: brokerAccessSchema,
    /** Whether the way each had before stays as the one to fall back to. */
    keepOld: z.boolean(),
  }),
);
