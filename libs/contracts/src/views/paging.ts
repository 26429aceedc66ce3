import { z } from 'zod';
import { positionSchema } from '../ids.ts';

/** Builds the answer of a list: its items, the cursor of the next page, the position the answer was read at. */
export function pageSchema<Item extends z.ZodType>(name: string, item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable(), position: positionSchema }).meta({ id: name });
}

/** A moment of the past: a position, or a time (RFC 3339), by which everything recorded until then counts. */
export const momentSchema = z
  .union([positionSchema, z.iso.datetime({ offset: true })])
  .describe('A position, or a time (RFC 3339): the answer is that of then, with everything recorded by then and nothing after it.');

/** Query parameters every list takes. */
export const pageQueryShape = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
  minPosition: positionSchema.optional(),
  at: momentSchema.optional(),
} as const;

/** The answer of a write: where in the history it is, for `minPosition`. */
export const acceptedSchema = z.strictObject({ position: positionSchema }).meta({ id: 'Accepted' });

/** Query parameters of everything that reads one thing. */
export const detailQuerySchema = z.strictObject({ minPosition: positionSchema.optional(), at: momentSchema.optional() });
