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

/** The last position a gap goes to; undefined for any other failure. */
export function gapEnd(error: unknown): number | undefined {
  if (!(error instanceof LogDamagedError) || error.damage !== 'gap') return undefined;
  const { until } = error.details;
  return typeof until === 'number' ? until : undefined;
}

/** Events of a range, from the archive; throws LogDamagedError where that does not have them either. */
async function* fromArchive(archive: RecordArchive, { first, last }: PositionRange, batchSize: number, gap: Error): AsyncGenerator<StoredMessage[]> {
  const lost = (position: number, cause: string) =>
    new LogDamagedError('gap', `${gap.message}; the archive cannot give them: ${cause}; ${nowhereAdvice}`, { next: position, until: last });
  for (let next = first; next <= last; ) {
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
  const { signal, batchSize = 1000, onRepaired } = options;
  let next = Math.max(1, options.fromSequence);
  while (!signal.aborted) {
    let gap: { readonly error: Error; readonly last: number } | undefined;
    try {
      for await (const messages of streamReader(core, { stream: streams.events, fromSequence: next, signal, batchSize })) {
        yield messages;
        next = (messages.at(-1)?.sequence ?? next - 1) + 1;
      }
    } catch (error) {
      const last = gapEnd(error);
      if (archive === undefined || last === undefined || !(error instanceof Error)) throw error;
      gap = { error, last };
    }
    if (archive === undefined || gap === undefined) return;
    const range = { first: next, last: gap.last };
    for await (const messages of fromArchive(archive, range, batchSize, gap.error)) {
      if (signal.aborted) return;
      yield messages;
      next = (messages.at(-1)?.sequence ?? next - 1) + 1;
    }
    onRepaired?.(range);
  }
}
