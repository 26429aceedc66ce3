import { z } from 'zod';
import { interfaces } from '../interfaces.ts';
import { eventIdSchema, executionIdSchema, sha256Schema, timeSchema } from '../ids.ts';

/** The CloudEvents 1.0 attributes every event carries; `data` is fixed by `type`. */
export const envelopeAttributes = {
  specversion: z.literal('1.0'),
  id: eventIdSchema,
  /** `endpoint/<endpointId>` or `control/<aggregate>/<id>`: the event's subject in the stream, told in the event's own words. */
  source: z.string().min(1).max(200),
  /** What the event is about inside its source, e.g. `run/<runId>`. */
  subject: z.string().min(1).max(200).optional(),
  time: timeSchema,
  correlationid: executionIdSchema.optional(),
  causationid: z.string().max(100).optional(),
  /** Who asked for it: `account/<id>`, `token/<id>` or `system`; `stranger` where a refusal is about nobody known; control events only. */
  principal: z.string().max(200).optional(),
  /** From which address a person or token asked; control events that somebody asked for only. */
  remoteaddress: z.string().max(100).optional(),
  /** Over what they asked, by the word of their client. */
  interface: z.enum(interfaces).optional(),
  /** SHA-256 of the private part's bytes (which hold their own salt); the part lies in KANADE_PRIVATE and can be erased. */
  privatedigest: sha256Schema.optional(),
} as const;

/** Builds the schema of one event type. */
export function eventSchema<const Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.strictObject({ ...envelopeAttributes, type: z.literal(type), data });
}

/** The shape shared by all events, whatever their type. */
export const anyEventSchema = z.strictObject({ ...envelopeAttributes, type: z.string().max(100), data: z.unknown() });
export type AnyEvent = z.infer<typeof anyEventSchema>;
