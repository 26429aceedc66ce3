import type { PositionRange } from '@kanade/archive';
import { streams } from '@kanade/contracts';
import { LogDamagedError, streamReader } from '@kanade/messaging';
import type { CoreConnection, StoredMessage } from '@kanade/messaging';
import type { RecordArchive } from './record-archive.ts';

export interface RecordReaderOptions {
  /** First sequence wanted, from 1. */
  readonly fromSequence: number;
  readonly signal: AbortSignal;
  /** Largest batch, default 1,000. */
  readonly batchSize?: number;
  /** Told of every range that the stream did not have and the archive gave, once it is read. */
  readonly onRepaired?: (range: PositionRange) => void;
}

/** What to do about events that are nowhere; the end of every sentence that says so. */
const nowhereAdvice = 'see "Archive" in docs/operations.md';

/** Positions the stream does not have, and what it said. */
export interface Gap extends PositionRange {
  readonly error: Error;
}

/** The stream from a sequence on, up to where it lacks something, which is what this returns; undefined on abort. Throws all other damage. */
export async function* streamUntilGap(core: CoreConnection, { fromSequence, signal, batchSize = 1000 }: RecordReaderOptions): AsyncGenerator<StoredMessage[], Gap | undefined> {
  let next = fromSequence;
  try {
    for await (const messages of streamReader(core, { stream: streams.events, fromSequence: next, signal, batchSize })) {
      yield messages;
      next = (messages.at(-1)?.sequence ?? next - 1) + 1;
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof LogDamagedError) || error.damage !== 'gap' || typeof error.details['until'] !== 'number') throw error;
    return { error, first: next, last: error.details['until'] };
  }
}

/** Events of a range, from the archive; throws LogDamagedError where that does not have them either. */
async function* fromArchive(archive: RecordArchive, { first, last, error: gap }: Gap, { signal, batchSize = 1000 }: RecordReaderOptions): AsyncGenerator<StoredMessage[]> {
  const lost = (position: number, cause: string) =>
    new LogDamagedError('gap', `${gap.message}; the archive cannot give them: ${cause}; ${nowhereAdvice}`, { next: position, until: last });
  for (let next = first; next <= last && !signal.aborted; ) {
    const at = next;
    const messages = await archive.readFrom(at).catch((error: unknown) => {
      throw lost(at, error instanceof Error ? error.message : String(error));
    });
    const wanted = messages.filter(({ sequence }) => sequence <= last);
    if (wanted.length === 0) throw lost(at, `it has no event at position ${at}`);
    for (let start = 0; start < wanted.length; start += batchSize) yield wanted.slice(start, start + batchSize);
    next = (wanted.at(-1)?.sequence ?? last) + 1;
  }
}

/**
 * The record from a sequence on, in order, for ever, wherever it lies: what the stream does not have any more, or lost, comes from the archive.
 * Throws LogDamagedError as `streamReader` does, for a gap only when the archive has not got it either; ends on abort.
 */
export async function* recordReader(core: CoreConnection, archive: RecordArchive | undefined, options: RecordReaderOptions): AsyncGenerator<StoredMessage[]> {
  for (let next = Math.max(1, options.fromSequence); ; ) {
    const gap = yield* streamUntilGap(core, { ...options, fromSequence: next });
    if (gap === undefined) return;
    if (archive === undefined) throw gap.error;
    yield* fromArchive(archive, gap, options);
    options.onRepaired?.({ first: gap.first, last: gap.last });
    next = gap.last + 1;
  }
}
