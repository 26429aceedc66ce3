import { setImmediate } from 'node:timers/promises';
import { ArchiveLacksError, ArchiveReader } from '@kanade/archive';
import type { Continuation, PositionRange } from '@kanade/archive';
import { parseEventSubject } from '@kanade/contracts';
import type { StoredMessage } from '@kanade/messaging';
import { openArchiveIndex } from '@kanade/read-models';
import type { ArchiveIndex } from '@kanade/read-models';

/** What the archive has of one history. Everything rejects with ArchiveDamagedError for what it cannot vouch for. */
export interface RecordArchive {
  /** The last position it has, 0 when it is empty. */
  last(): Promise<number>;
  get(sequence: number): Promise<StoredMessage | undefined>;
  /** Events that follow one another from a position on, at most 1,000; none when it does not have that position. */
  readFrom(position: number): Promise<StoredMessage[]>;
  /**
   * The events about one aggregate within some ranges, oldest first. Rejects with ArchiveLacksError when it does not have the beginning of the
   * record up to where a range from 1 on goes; what it lacks elsewhere is lost, and answers nothing.
   */
  readSubject(subject: string, ranges: readonly PositionRange[]): Promise<StoredMessage[]>;
  /** As `readSubject`, the newest one only. */
  readLast(subject: string, ranges: readonly PositionRange[]): Promise<StoredMessage | undefined>;
  close(): Promise<void>;
}

/** Where an archive is, and of which history. */
export interface RecordArchivePlace {
  /** KANADE_ARCHIVE_DIR. */
  readonly root: string;
  /** Where its index is kept. */
  readonly directory: string;
  readonly incarnation: string;
  /** The history it goes on from, if any. */
  readonly continues: Continuation | undefined;
}

/** As many events go into the index at once. */
const indexedAtOnce = 10_000;

const isControl = ({ subject }: StoredMessage): boolean => parseEventSubject(subject)?.kind === 'control';

/** What a range has of others. */
const within = (range: PositionRange, others: readonly PositionRange[]): PositionRange[] =>
  others.flatMap(({ first, last }) => (first <= range.last && last >= range.first ? [{ first: Math.max(first, range.first), last: Math.min(last, range.last) }] : []));

const attempt = <Result>(work: () => Result): Promise<Result> => new Promise((resolve) => resolve(work()));

/** Opens the archive in this thread, which waits for its disk. */
export function openRecordArchive({ root, directory, incarnation, continues }: RecordArchivePlace): RecordArchive {
  const reader = new ArchiveReader(root, incarnation, continues);
  let opened: ArchiveIndex | undefined;
  const index = (): ArchiveIndex => (opened ??= openArchiveIndex(directory, incarnation));

  const coverGap = async ({ first, last }: PositionRange): Promise<void> => {
    let waiting: StoredMessage[] = [];
    let from = first;
    for (let next = first; next <= last; ) {
      const messages = reader.readFrom(next).filter(({ sequence }) => sequence <= last);
      const end = messages.at(-1)?.sequence;
      if (end === undefined) throw new ArchiveLacksError(next);
      waiting.push(...messages.filter(isControl));
      next = end + 1;
      if (next - from >= indexedAtOnce || next > last) {
        index().add({ first: from, last: end }, waiting);
        [waiting, from] = [[], next];
      }
      // Whoever asks for one event is not to wait for millions.
      await setImmediate();
    }
  };
  const cover = async (ranges: readonly PositionRange[]): Promise<void> => {
    for (const range of ranges) {
      for (const gap of index().uncovered(range)) for (const part of range.first === 1 ? [gap] : within(gap, reader.ranges())) await coverGap(part);
    }
  };
  const getAll = (sequences: readonly number[]): StoredMessage[] => {
    const messages = reader.getAll(sequences);
    const [lacked] = messages.length === sequences.length ? [] : sequences.filter((sequence) => !messages.some((message) => message.sequence === sequence));
    if (lacked !== undefined) throw new ArchiveLacksError(lacked);
    return messages;
  };
  return {
    last: () => attempt(() => reader.last()),
    get: (sequence) => attempt(() => reader.get(sequence)),
    readFrom: (position) => attempt(() => reader.readFrom(position)),
    readSubject: async (subject, ranges) => {
      await cover(ranges);
      return getAll([...new Set(ranges.flatMap((range) => index().sequencesOf(subject, range)))].sort((one, other) => one - other));
    },
    readLast: async (subject, ranges) => {
      await cover(ranges);
      const newest = ranges.map((range) => index().lastOf(subject, range) ?? 0).reduce((one, other) => Math.max(one, other), 0);
      return newest === 0 ? undefined : getAll([newest])[0];
    },
    close: () => attempt(() => opened?.close()),
  };
}
