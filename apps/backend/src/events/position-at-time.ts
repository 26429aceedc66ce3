import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

const recordedFrom = (position: number) =>
  build.selectFrom('events').select(['position', 'recordedAt']).where('position', '>=', position).orderBy('position').limit(1);

/** The first position recorded at `at` (Unix ms) or later; one past the last when there is none. Times grow with positions, so no index on them is needed. */
export function firstPositionFrom(db: Reader, at: number): number {
  let low = 1;
  let high = (db.get(build.selectFrom('events').select('position').orderBy('position', 'desc').limit(1))?.position ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = db.get(recordedFrom(middle));
    if (found === undefined || found.recordedAt >= at) high = middle;
    else low = found.position + 1;
  }
  return low;
}
