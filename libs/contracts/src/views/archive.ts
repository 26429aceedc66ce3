import { z } from 'zod';
import { positionSchema, sha256Schema, timeSchema } from '../ids.ts';

const incarnationSchema = z.string().regex(/^[0-9a-f]{8}$/);
const sequenceSchema = z.int().positive();

/** Events that follow one another, by the positions of the first and last. */
export const positionRangeSchema = z.strictObject({ first: sequenceSchema, last: sequenceSchema }).meta({ id: 'PositionRange' });

/** As much of a segment's file as a seal speaks of. */
export const sealedSegmentSchema = z
  .strictObject({
    /** Path of the file below the archive's directory. */
    name: z.string().regex(/^[0-9a-f]{8}\/events-\d{12,}\.ndjson\.zst$/),
    first: sequenceSchema,
    /** The last event that counts; the bytes may hold more, which a later history does not have. */
    last: sequenceSchema,
    /** So many bytes from the beginning of the file are sealed: what is added to it later stands behind them. */
    bytes: z.int().positive(),
    /** Of those bytes. */
    sha256: sha256Schema,
  })
  .meta({ id: 'SealedSegment' });
export type SealedSegment = z.infer<typeof sealedSegmentSchema>;

/** The manifest of a sealed beginning of the record: which files have it, and the root of the Merkle tree over it. */
export const sealSchema = z
  .strictObject({
    incarnation: incarnationSchema,
    /** How many events: the position of the last. */
    size: sequenceSchema,
    /** Root of the Merkle tree over them. */
    root: sha256Schema,
    time: timeSchema,
    segments: z.array(sealedSegmentSchema).min(1),
  })
  .meta({ id: 'Seal' });
export type Seal = z.infer<typeof sealSchema>;

/** A seal as it lies in the archive: the very text of the manifest, and the checkpoint key's signature over `signedText('seal', 'kanade.archive', digest of it)`. */
export const signedSealSchema = z.strictObject({ body: z.string(), key: z.string().regex(/^[0-9a-f]{16}$/), signature: z.string().max(100) });
export type SignedSeal = z.infer<typeof signedSealSchema>;

/** A seal as it is listed. */
export const sealViewSchema = sealSchema
  .omit({ segments: true })
  .extend({ segments: z.int(), bytes: z.int(), key: z.string() })
  .meta({ id: 'SealView' });
export type SealView = z.infer<typeof sealViewSchema>;

/** What the archive holds, and what the stream still does. */
export const archiveSchema = z
  .strictObject({
    incarnation: incarnationSchema,
    /** What is archived; more than one range means that what lies between them is missing. */
    ranges: z.array(positionRangeSchema),
    /** What the broker's stream holds; null while that is nothing. */
    stream: positionRangeSchema.nullable(),
    segments: z.array(z.strictObject({ name: z.string(), first: sequenceSchema, last: sequenceSchema, bytes: z.int() })),
    /** Oldest first. */
    seals: z.array(sealViewSchema),
  })
  .meta({ id: 'Archive' });
export type Archive = z.infer<typeof archiveSchema>;

/** Something in the archive that is not as it was written, or not there. */
export const archiveDefectSchema = z
  .strictObject({
    /** `missing`: not there. `damaged`: the file was altered. `altered`: it is another event than the one that was verified. */
    kind: z.enum(['missing', 'damaged', 'altered']),
    first: sequenceSchema,
    last: sequenceSchema,
    detail: z.string(),
  })
  .meta({ id: 'ArchiveDefect' });
export type ArchiveDefect = z.infer<typeof archiveDefectSchema>;

/** What came of reading the archive whole. */
export const archiveReportSchema = z
  .strictObject({
    ok: z.boolean(),
    incarnation: incarnationSchema,
    /** Events that were read and held against the tree: those up to this position. */
    size: z.int().nonnegative(),
    /** Root of the Merkle tree over them; null where there is a defect. */
    root: sha256Schema.nullable(),
    /** The first hundred. */
    defects: z.array(archiveDefectSchema).max(100),
    /** Seals that do not hold, and why. */
    seals: z.array(z.strictObject({ size: sequenceSchema, detail: z.string() })),
  })
  .meta({ id: 'ArchiveReport' });
export type ArchiveReport = z.infer<typeof archiveReportSchema>;

/** What to seal: up to a position; as much as is archived and verified unless said. */
export const sealArchiveSchema = z.strictObject({ through: positionSchema.optional() }).meta({ id: 'SealArchive' });
export const archiveSealedViewSchema = z.strictObject({ seal: sealViewSchema, position: positionSchema }).meta({ id: 'ArchiveSealed' });
