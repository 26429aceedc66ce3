import { z } from 'zod';
import { positionSchema, sha256Schema, timeSchema } from '../ids.ts';
import { interfaces } from '../interfaces.ts';
import { pageQueryShape, pageSchema } from './paging.ts';

const auditOutcomes = ['done', 'refused'] as const;

/** One act of a person or token, or refusals of them counted together. */
export const auditEntrySchema = z
  .strictObject({
    position: positionSchema,
    /** When the broker recorded it. */
    recordedAt: timeSchema,
    /** When it happened, by the backend's clock. */
    time: timeSchema,
    /** `account/<id>`, `token/<id>`, or `stranger` where a refusal is about nobody known. */
    principal: z.string(),
    /** What the principal is called: a user name, with the token's name in brackets where one was used. */
    name: z.string(),
    /** Null where it was not written down: acts from before it was. */
    remoteAddress: z.string().nullable(),
    interface: z.enum(interfaces).nullable(),
    type: z.string(),
    outcome: z.enum(auditOutcomes),
    /** What was done or refused to whom: the kind of thing, its id and what it was called then. */
    target: z.strictObject({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
    /** How many endpoints an execution was for. */
    targetCount: z.int().nullable(),
    /** Salted SHA-256 of the script that was run or registered. */
    scriptDigest: sha256Schema.nullable(),
    /** The operation that was refused, and why. */
    operation: z.string().nullable(),
    code: z.string().nullable(),
    /** How many refusals this stands for; 1 for what was done. */
    count: z.int().positive(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditPageSchema = pageSchema('AuditPage', auditEntrySchema);

const timeRangeShape = {
  /** Recorded at this time or later. */
  from: timeSchema.optional(),
  /** Recorded at this time or earlier. */
  to: timeSchema.optional(),
} as const;

export const auditListQuerySchema = z.strictObject({
  ...pageQueryShape,
  ...timeRangeShape,
  /** A user name or `account/<id>` (with all tokens of the account), `token/<id>`, or `stranger`. */
  principal: z.string().max(200).optional(),
  /** An event type. */
  type: z.string().max(100).optional(),
  outcome: z.enum(auditOutcomes).optional(),
  interface: z.enum(interfaces).optional(),
  /** The address it came from, exactly. */
  address: z.string().max(100).optional(),
  /** The id of what it was about: an endpoint, job, execution, account or token. */
  target: z.string().max(200).optional(),
  /** Part of a name, address, operation or id. */
  search: z.string().max(200).optional(),
});

export const auditExportQuerySchema = z.strictObject({
  ...timeRangeShape,
  /** One JSON document a line, or comma-separated values with a line of headings. */
  format: z.enum(['ndjson', 'csv']).default('ndjson'),
  minPosition: positionSchema.optional(),
});
