import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveDamagedError } from '@kanade/archive';
import type { ArchiveReader, PositionRange } from '@kanade/archive';
import type { EventLog, RecordExtent, StoredMessage } from '@kanade/messaging';
import { eventDigest } from './event-digest.ts';
import { RangeList } from './range-list.ts';

/** After a thousand events, as many times as long as they took nothing is done: neither disk nor broker nor processor should be felt to be busy. */
const idleShare = 4;
const blockEvents = 1000;

export interface PatrolOptions {
  /** The stream alone. */
  readonly log: Pick<EventLog, 'extent' | 'get' | 'read'>;
  readonly reader: ArchiveReader;
  /** Puts events of the stream in the place of what the archive has damaged, or lacks. */
  readonly restore: (blocks: readonly (readonly StoredMessage[])[]) => void;
}

/** What a comparison of stream and archive found. */
export interface PatrolFindings {
  /** Positions the stream should have and has not. */
  readonly missing: readonly PositionRange[];
  /** Positions at which the two have different events. */
  readonly altered: readonly PositionRange[];
  /** Positions that are damaged in the archive, and that the stream does not have either. */
  readonly archive: readonly PositionRange[];
  /** Events of the archive that were written anew from the stream. */
  readonly restored: number;
}

/** Compares every event of the stream with the archive's, and mends the archive where the stream has what it lacks. */
export class RecordPatrol {
  private readonly options: PatrolOptions;
  private readonly extent: RecordExtent;
  private readonly missing = new RangeList();
  private readonly altered = new RangeList();
  private readonly damaged = new RangeList();
  private restored = 0;

  private constructor(options: PatrolOptions, extent: RecordExtent) {
    this.options = options;
    this.extent = extent;
  }

  /** Goes over everything that is archived now; rejects when the stream cannot be read. */
  static async run(options: PatrolOptions, signal: AbortSignal): Promise<PatrolFindings> {
    const patrol = new RecordPatrol(options, await options.log.extent());
    await patrol.walk(signal);
    return { missing: patrol.missing.ranges, altered: patrol.altered.ranges, archive: patrol.damaged.ranges, restored: patrol.restored };
  }

  private async walk(signal: AbortSignal): Promise<void> {
    const last = Math.min(this.options.reader.last(), this.extent.last);
    for (let next = 1; next <= last && !signal.aborted; ) {
      const began = performance.now();
      next = await this.step(next, last);
      await sleep(idleShare * (performance.now() - began), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One block; answers where the next begins. */
  private async step(next: number, last: number): Promise<number> {
    const archived = this.readArchived(next, last);
    if (!('lost' in archived)) {
      await this.compare(archived.messages);
      return (archived.messages.at(-1)?.sequence ?? next) + 1;
    }
    const { lost } = archived;
    const stored = await this.readStored(lost);
    if (stored.length === lost.last - lost.first + 1) {
      this.options.restore([stored]);
      this.restored += stored.length;
    } else if (archived.damaged) {
      this.damaged.add(lost);
    }
    return lost.last + 1;
  }

  /** Events from a position on, or the range that cannot be read there. */
  private readArchived(next: number, last: number): { readonly messages: readonly StoredMessage[] } | { readonly lost: PositionRange; readonly damaged: boolean } {
    try {
      const messages = this.options.reader.readFrom(next).filter(({ sequence }) => sequence <= last);
      if (messages.length > 0) return { messages };
    } catch (error) {
      if (!(error instanceof ArchiveDamagedError)) throw error;
      return { lost: { first: error.first, last: error.last }, damaged: true };
    }
    const following = this.options.reader.ranges().find(({ first }) => first > next)?.first ?? last + 1;
    return { lost: { first: next, last: Math.min(following - 1, next + blockEvents - 1) }, damaged: false };
  }

  private async compare(archived: readonly StoredMessage[]): Promise<void> {
    const expected = archived.filter(({ sequence }) => sequence > this.extent.droppedThrough);
    const [first, last] = [expected[0]?.sequence, expected.at(-1)?.sequence];
    if (first === undefined || last === undefined) return;
    const stored = new Map((await this.readStored({ first, last })).map((message) => [message.sequence, message]));
    for (const message of expected) {
      // One at a time, too: what is told to be gone must be.
      const found = stored.get(message.sequence) ?? (await this.options.log.get(message.sequence));
      const range = { first: message.sequence, last: message.sequence };
      if (found === undefined) this.missing.add(range);
      else if (eventDigest(found) !== eventDigest(message)) this.altered.add(range);
    }
  }

  private async readStored({ first, last }: PositionRange): Promise<StoredMessage[]> {
    const stored: StoredMessage[] = [];
    for await (const messages of this.options.log.read({ from: first, to: last })) stored.push(...messages);
    return stored;
  }
}
