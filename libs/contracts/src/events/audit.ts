import { z } from 'zod';
import { timeSchema } from '../ids.ts';
import { problemCodeSchema } from '../views/problems.ts';
import { eventSchema } from './envelope.ts';

/**
 * Requests that were refused: those of one principal, address, operation and reason, counted per minute so that nobody can fill the disk with
 * them; the first is told at once. Who, from where and over what stand in the envelope.
 */
export const requestsRefusedSchema = eventSchema(
  'kanade.audit.refused.v1',
  z.strictObject({
    /** The operation's id in the OpenAPI document, `live` for a live connection. */
    operation: z.string().max(100),
    code: problemCodeSchema,
    /** What the first of them was about, as the address named it; null where it named nothing. */
    target: z.strictObject({ kind: z.string().max(50), id: z.string().max(200) }).nullable(),
    count: z.int().positive(),
    since: timeSchema,
  }),
);
