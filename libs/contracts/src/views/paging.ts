import { z } from 'zod';
import { positionSchema } from '../ids.ts';

/** Builds the answer of a list: its items, the cursor of the next page, the position the answer was read at. */
export function pageSchema<Item extends z.ZodType>(name: string, item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable(), position: positionSchema }).meta({ id: name });
}

/** Query parameters every list takes. */
export const pageQueryShape = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
  minPosition: positionSchema.optional(),
} as const;

/** The answer of a write: where in the history it is, for `minPosition`. */
export const acceptedSchema = z.strictObject({ position: positionSchema }).meta({ id: 'Accepted' });

/** Query parameters of everything that reads one thing. */
export const detailQuerySchema = z.strictObject({ minPosition: positionSchema.optional() });
