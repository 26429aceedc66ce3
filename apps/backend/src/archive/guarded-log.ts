import { setTimeout as sleep } from 'node:timers/promises';
import { MessagingError } from '@kanade/messaging';
import type { CoreConnection, EventLog } from '@kanade/messaging';
import { DomainError } from '../domain-error.ts';
import { lostRecord } from './lost-record.ts';
import type { RecordArchive } from './record-archive.ts';
import type { RecordGuard } from './record-guard.ts';

export interface GuardedParts {
  readonly core: CoreConnection;
  /** The record, as it is to be read and written. */
  readonly log: EventLog;
  /** The stream alone. */
  readonly stream: EventLog;
  readonly archive: RecordArchive | undefined;
  readonly guard: RecordGuard;
}

const attempts = 20;
const retryMs = 250;

/** Compares the end of stream and archive; while the broker is on its way back, again and again. */
async function compareEnds({ stream, archive, guard }: GuardedParts): Promise<void> {
  if (archive === undefined) return;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      guard.fromArchive = await lostRecord(stream, archive);
      return;
    } catch (error) {
      // An archive that cannot be read is told of by whoever archives, and hinders nobody.
      if (!(error instanceof MessagingError) || !error.retryable) return;
      await sleep(retryMs);
    }
  }
}

/** The record, to which nothing is written while that could use a position twice: first of all when the broker comes back, for it may be another one. */
export async function guardRecord(parts: GuardedParts): Promise<EventLog> {
  const { core, log, guard } = parts;
  let compared = compareEnds(parts);
  core.onReconnect(() => {
    compared = compareEnds(parts);
  });
  await compared;
  return {
    ...log,
    append: async (entries) => {
      await compared;
      const { reason } = guard;
      if (reason !== undefined) throw new DomainError('broker-unavailable', reason);
      return log.append(entries);
    },
  };
}
