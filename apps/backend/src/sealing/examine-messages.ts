import type { Examination, PositionRange, SegmentPart } from '@kanade/archive';
import type { Seal, SealedSegment } from '@kanade/contracts';
import { z } from 'zod';

const schema = z.strictObject({
  /** `list`: what is there. `verify`: read it all, and look at the seals. `seal`: read it all, and say what a seal would. */
  task: z.enum(['list', 'verify', 'seal']),
  /** The archive's directory. */
  root: z.string(),
  /** Where the verifier's file lies. */
  directory: z.string(),
  incarnation: z.string(),
  /** Up to which position it is about. */
  size: z.int().nonnegative(),
  /** Checkpoint keys that count or once did. */
  keys: z.array(z.strictObject({ id: z.string(), publicKey: z.string() })),
});
export type ExamineRequest = z.infer<typeof schema>;

/** Reads what the thread was started with. */
export const readExamineRequest = (data: unknown): ExamineRequest => schema.parse(data);

export interface Listing {
  readonly ranges: readonly PositionRange[];
  readonly segments: readonly SegmentPart[];
  readonly seals: readonly { readonly seal: Seal; readonly key: string }[];
}

export interface SealFault {
  readonly size: number;
  readonly detail: string;
}

export interface Sealable {
  readonly examination: Examination;
  readonly segments: readonly SealedSegment[];
}

export type ExamineMessage =
  | { readonly task: 'list'; readonly listing: Listing }
  | { readonly task: 'verify'; readonly examination: Examination; readonly seals: readonly SealFault[] }
  | { readonly task: 'seal'; readonly sealable: Sealable }
  | { readonly task: 'failed'; readonly reason: string };
