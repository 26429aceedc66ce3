import type { PositionRange } from '@kanade/archive';
import { treeRoot } from '@kanade/proof';
import type { VerifiedTree } from '../projections/verifier-client.ts';

/** How far the archive goes without a gap from the beginning. */
export function archivedThrough([first]: readonly PositionRange[]): number {
  return first?.first === 1 ? first.last : 0;
}

/** The root over the first events of what was verified, hex. */
export const rootAt = ({ subtrees }: VerifiedTree, size: number): string => Buffer.from(treeRoot(subtrees, size)).toString('hex');
