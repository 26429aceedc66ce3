import type { PositionRange } from '@kanade/archive';
import { MessagingError } from '@kanade/messaging';
import type { AppendEntry, AppendResult, EventLog, RecordExtent, StoredMessage } from '@kanade/messaging';
import { DomainError } from '../domain-error.ts';
import type { RecordArchive } from './record-archive.ts';

const inAny = (ranges: readonly PositionRange[], sequence: number): boolean => ranges.some(({ first, last }) => first <= sequence && last >= sequence);

/** The parts of ranges behind a position. */
const behind = (ranges: readonly PositionRange[], position: number): PositionRange[] =>
  ranges.flatMap(({ first, last }) => (last > position ? [{ first: Math.max(first, position + 1), last }] : []));

/** Both, each event once, in order. */
function merge(stored: readonly StoredMessage[], archived: readonly StoredMessage[]): StoredMessage[] {
  const known = new Set(stored.map(({ sequence }) => sequence));
  return [...stored, ...archived.filter(({ sequence }) => !known.has(sequence))].sort((one, other) => one.sequence - other.sequence);
}

/** What the archive answers; its failures in the words of whoever asked for something else. */
async function ask<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DomainError || error instanceof MessagingError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DomainError('broker-unavailable', `a part of the record lies in the archive only, and cannot be read there: ${reason}`, { retryable: true });
  }
}

/** The record over a stream whose beginning was dropped, or that lost something: what is missing is answered from the archive. */
class ArchivedLog {
  private readonly log: EventLog;
  private readonly archive: RecordArchive;
  private readonly missing: () => readonly PositionRange[];

  constructor(log: EventLog, archive: RecordArchive, missing: () => readonly PositionRange[]) {
    this.log = log;
    this.archive = archive;
    this.missing = missing;
  }

  async get(sequence: number): Promise<StoredMessage | undefined> {
    return (await this.log.get(sequence)) ?? (await ask(this.archive.get(sequence)));
  }

  async readSubject(subject: string): Promise<StoredMessage[]> {
    let stored = await this.log.readSubject(subject);
    // Looked for afterwards: what is dropped while the stream is read is missing in what was read, or in what is absent now.
    let extent = await this.log.extent(subject);
    if (stored.length < extent.ofSubject) {
      // One more was written meanwhile, or one is there that cannot be read.
      stored = await this.log.readSubject(subject);
      extent = await this.log.extent(subject);
    }
    const ranges = stored.length < extent.ofSubject ? await this.everything() : this.absentOf(extent);
    return ranges.length === 0 ? stored : merge(stored, await ask(this.archive.readSubject(subject, ranges)));
  }

  async readLast(subject: string): Promise<StoredMessage | undefined> {
    const stored = await this.log.readLast(subject);
    const extent = await this.log.extent(subject);
    const ranges = stored === undefined && extent.ofSubject > 0 ? await this.everything() : behind(this.absentOf(extent), stored?.sequence ?? 0);
    return ranges.length === 0 ? stored : ((await ask(this.archive.readLast(subject, ranges))) ?? stored);
  }

  async *read({ from, to }: { readonly from: number; readonly to?: number }): AsyncGenerator<StoredMessage[]> {
    const end = to ?? (await this.log.lastSequence());
    let next = Math.max(1, from);
    for await (const batch of this.log.read({ from: next, to: end })) {
      let start = 0;
      for (const [index, { sequence }] of batch.entries()) {
        if (sequence > next) {
          if (index > start) yield batch.slice(start, index);
          yield* this.readArchived({ first: next, last: sequence - 1 });
          start = index;
        }
        next = sequence + 1;
      }
      yield batch.slice(start);
    }
    yield* this.readArchived({ first: next, last: end });
  }

  async append(entries: readonly AppendEntry[]): Promise<AppendResult> {
    const result = await this.log.append(entries);
    return result.outcome === 'stored' ? result : this.appendBehindAbsent(entries, result);
  }

  /**
   * JetStream knows of a subject what it stores. Where the event a writer goes on from is none of that, but in the archive, and the newest of its
   * subject, the writer is not behind: it expects what is left of the subject in the stream, often nothing (0), which another writer's event breaks
   * as it would break the expectation itself.
   */
  private async appendBehindAbsent(entries: readonly AppendEntry[], conflict: AppendResult): Promise<AppendResult> {
    const absent = this.absentOf(await this.log.extent());
    const expected = new Map<string, number>();
    for (const { subject, expectedLastSequence } of entries) {
      if (expected.has(subject)) continue;
      if (!inAny(absent, expectedLastSequence)) {
        expected.set(subject, expectedLastSequence);
        continue;
      }
      // In this order: whoever writes after the first look breaks the expectation, and who wrote before it is seen by the second.
      const stored = (await this.log.readLast(subject))?.sequence ?? 0;
      const newest = (await this.readLast(subject))?.sequence ?? 0;
      if (newest !== expectedLastSequence) return { outcome: 'conflict', subject, lastSequence: newest };
      expected.set(subject, stored);
    }
    const mapped = entries.map((entry) => ({ ...entry, expectedLastSequence: expected.get(entry.subject) ?? entry.expectedLastSequence }));
    if (mapped.every(({ expectedLastSequence }, index) => expectedLastSequence === entries[index]?.expectedLastSequence)) return conflict;
    return this.log.append(mapped);
  }

  /** What the stream says it has not, and what is known to be missing although it does not say so. */
  private absentOf({ absent }: RecordExtent): PositionRange[] {
    return [...absent, ...this.missing().filter(({ first }) => !inAny(absent, first))];
  }

  private async everything(): Promise<PositionRange[]> {
    const last = await ask(this.archive.last());
    return last === 0 ? [] : [{ first: 1, last }];
  }

  private async *readArchived({ first, last }: PositionRange): AsyncGenerator<StoredMessage[]> {
    for (let next = first; next <= last; ) {
      const messages = (await ask(this.archive.readFrom(next))).filter(({ sequence }) => sequence <= last);
      if (messages.length === 0) throw new DomainError('internal', `event ${next} is neither in the stream nor in the archive`);
      yield messages;
      next = (messages.at(-1)?.sequence ?? last) + 1;
    }
  }
}

/** The same record, with the archive behind it; `missing` are positions that were found to be missing in the stream. */
export function withArchive(log: EventLog, archive: RecordArchive | undefined, missing: () => readonly PositionRange[] = () => []): EventLog {
  if (archive === undefined) return log;
  const archived = new ArchivedLog(log, archive, missing);
  return {
    ...log,
    get: (sequence) => archived.get(sequence),
    readSubject: (subject) => archived.readSubject(subject),
    readLast: (subject) => archived.readLast(subject),
    read: (range) => archived.read(range),
    append: (entries) => archived.append(entries),
  };
}
