import { LogDamagedError } from '@kanade/messaging';
import type { EventLog } from '@kanade/messaging';
import { HistoryMismatchError } from '@kanade/read-models';
import { eventDigest } from './event-digest.ts';
import type { RecordArchive } from './record-archive.ts';

const advice = 'Nothing is recorded, so that no position is used twice. Stop kanade and run: kanade event recover';

type StoredRecord = Pick<EventLog, 'get' | 'lastSequence'>;

/** Why the broker's stream is not what the archive has of the same history up to its end; undefined while it is, and where the archive cannot tell. `log` is the stream alone. */
export async function lostRecord(log: StoredRecord, archive: Pick<RecordArchive, 'get' | 'last'>): Promise<string | undefined> {
  // In this order: nothing is archived that is not in the stream.
  const archived = await archive.last().catch(() => 0);
  const last = await log.lastSequence();
  if (archived > last) return `The broker's record ends at ${last}, and the archive has events up to ${archived} of it. ${advice}`;
  return archived === 0 ? undefined : otherThan(log, archive, archived);
}

async function otherThan(log: StoredRecord, archive: Pick<RecordArchive, 'get'>, sequence: number): Promise<string | undefined> {
  const [stored, archived] = await Promise.all([log.get(sequence), archive.get(sequence).catch(() => undefined)]);
  if (stored === undefined || archived === undefined || eventDigest(stored) === eventDigest(archived)) return undefined;
  return `The broker's record has another event at position ${sequence} than the archive. ${advice}`;
}

/** The position a read model, or a reader, knows and the stream does not. */
function knownPosition(error: unknown): number | undefined {
  if (error instanceof HistoryMismatchError) return error.kind === 'incarnation' ? undefined : error.sequence;
  if (!(error instanceof LogDamagedError) || error.damage !== 'rewound') return undefined;
  const { next } = error.details;
  return typeof next === 'number' ? next - 1 : 0;
}

/**
 * Whether a read model does not fit the stream because the stream lost what was folded, as the archive shows: then the read model is right, and
 * must not be made anew from what is left. Undefined for any other failure.
 */
export async function lostToFold(error: unknown, log: StoredRecord, archive: Pick<RecordArchive, 'get' | 'last'> | undefined): Promise<string | undefined> {
  const known = knownPosition(error);
  if (known === undefined || archive === undefined) return undefined;
  return (await lostRecord(log, archive)) ?? (known === 0 ? undefined : otherThan(log, archive, known));
}
