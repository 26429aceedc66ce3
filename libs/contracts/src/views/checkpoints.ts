import { z } from 'zod';
import { positionSchema, sha256Schema, timeSchema } from '../ids.ts';

/** SHA-256 as 43 characters of base64url. */
export const hashSchema = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be 32 bytes as base64url');

/** The signed root of the Merkle tree (RFC 9162's) over the first `size` events of a history. */
export const checkpointSchema = z
  .strictObject({
    /** Which history: 8 hex digits, as in a position. */
    incarnation: z.string().regex(/^[0-9a-f]{8}$/),
    /** How many events: the position of the last. */
    size: z.int().positive(),
    root: sha256Schema,
    time: timeSchema,
    /** Id of the checkpoint key that signed: the first 16 hex digits of SHA-256 over the raw public key. */
    key: z.string().regex(/^[0-9a-f]{16}$/),
    /** base64url Ed25519 signature over `kanade.checkpoint.v1`, incarnation, size, root and time, joined by line feeds. */
    signature: z.string().max(100),
  })
  .meta({ id: 'Checkpoint' });
export type Checkpoint = z.infer<typeof checkpointSchema>;

export const checkpointListQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
});
export const checkpointPageSchema = z.strictObject({ items: z.array(checkpointSchema), nextCursor: z.string().nullable() }).meta({ id: 'CheckpointPage' });

/** With `minPosition`, one that covers it is signed if there is none yet. */
export const latestCheckpointQuerySchema = z.strictObject({ minPosition: positionSchema.optional() });

const sizeSchema = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
export const consistencyQuerySchema = z.strictObject({
  /** How many events the earlier tree has. */
  from: sizeSchema,
  /** How many the later one has. */
  to: sizeSchema,
});

/** RFC 9162's proof that the tree of `from` events is the beginning of that of `to`. */
export const consistencySchema = z
  .strictObject({ incarnation: z.string(), from: z.int(), to: z.int(), path: z.array(hashSchema) })
  .meta({ id: 'Consistency' });
export type Consistency = z.infer<typeof consistencySchema>;
