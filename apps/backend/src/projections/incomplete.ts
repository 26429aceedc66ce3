import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

export const incompleteSinceSql = (concerned: 'endpointKey' | 'executionKey', key: number) =>
  build.selectFrom('poison').select('sequence').where(concerned, '=', key).where('stream', '=', 'KANADE_EVENTS').orderBy('sequence').limit(1);

/** Position of the first event that concerns something and could not be folded; what is told of it may lack what that said. `readAt` is the answer's own. */
export function incompleteSince(db: Reader, concerned: 'endpointKey' | 'executionKey', key: number, readAt: string): string | null {
  const first = db.get(incompleteSinceSql(concerned, key))?.sequence;
  return first === undefined ? null : `${readAt.split(':')[0] ?? ''}:${first}`;
}
