import type { Continuation } from '@kanade/archive';
import type { EventLog } from '@kanade/messaging';
import type { WorkerSettings } from '../projections/fold-messages.ts';
import { openRecordArchive } from './record-archive.ts';
import type { RecordArchive } from './record-archive.ts';

type History = Pick<EventLog, 'incarnation' | 'continues'>;

/** The history a history goes on from, in the archive's words. */
export function continuationOf({ continues }: History): Continuation | undefined {
  return continues === null ? undefined : { incarnation: continues.incarnation, through: continues.sequence };
}

/** The archive of a history, for a thread that may wait for its disk; undefined where nothing is archived. */
export function archiveFor({ archive: root, directory }: Pick<WorkerSettings, 'archive' | 'directory'>, history: History): RecordArchive | undefined {
  if (root === undefined) return undefined;
  return openRecordArchive({ root, directory, incarnation: history.incarnation, continues: continuationOf(history) });
}
