import type { Seal, SealView } from '@kanade/contracts';

/** A seal as it is listed. */
export function sealView({ segments, ...seal }: Seal, key: string): SealView {
  return { ...seal, segments: segments.length, bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0), key };
}
