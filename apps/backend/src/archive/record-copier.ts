import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveReader, ArchiveWriter } from '@kanade/archive';
import type { PositionRange } from '@kanade/archive';
import { LogDamagedError } from '@kanade/messaging';
import type { CoreConnection, EventLog, StoredMessage } from '@kanade/messaging';
import { continuationOf } from './archive-for.ts';
import { archiverFailure } from './archiver-failure.ts';
import type { ArchiverState } from './archiver-messages.ts';
import { streamUntilGap } from './record-reader.ts';

/** What has come is written this often: one write to the disk a second, however many events come. */
const writeMs = 1000;
/** So many do not wait that long. */
const writeEvents = 5000;
/** How long a disk that is full or away is left alone. */
const retryMs = 5000;
/** How often it is said how far it is. */
const tellMs = 1000;
/** The whole directory is looked at every so many times. */
const tellsPerLook = 15;

export interface RecordCopierOptions {
  readonly core: CoreConnection;
  readonly log: EventLog;
  /** The archive's directory. */
  readonly root: string;
  readonly onState: (state: ArchiverState) => void;
}

const lacking = (ranges: readonly PositionRange[]): PositionRange[] =>
  ranges.flatMap(({ first }, index) => {
    const before = (ranges[index - 1]?.last ?? 0) + 1;
    return before < first ? [{ first: before, last: first - 1 }] : [];
  });

/** Copies the record into the archive as it grows; what fails is said, and tried again. */
export class RecordCopier {
  private readonly options: RecordCopierOptions;
  /** What is archived. */
  readonly reader: ArchiveReader;
  private writer: ArchiveWriter | undefined;
  private position = 0;
  private end = 0;
  private bytes = 0;
  private lacks: readonly PositionRange[] = [];
  private failure: string | null = null;
  private tells = 0;

  constructor(options: RecordCopierOptions) {
    this.options = options;
    this.reader = new ArchiveReader(options.root, options.log.incarnation, continuationOf(options.log));
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const telling = setInterval(() => void this.tell().catch(() => undefined), tellMs);
    try {
      while (!signal.aborted) {
        try {
          await this.copy(signal);
        } catch (error) {
          // Another history is archived by another thread.
          if (error instanceof LogDamagedError && error.damage === 'incarnation') throw error;
          this.failure = archiverFailure(this.options.root, error);
          await this.tell();
          await sleep(retryMs, undefined, { signal }).catch(() => undefined);
        }
      }
    } finally {
      clearInterval(telling);
    }
  }

  /** Puts events back that the archive has damaged, or lacks; throws while nothing can be written. */
  restore(blocks: readonly (readonly StoredMessage[])[]): void {
    if (this.writer === undefined) throw new Error('the archive cannot be written to');
    this.writer.restore(blocks);
    this.look();
  }

  private async copy(signal: AbortSignal): Promise<void> {
    const { root, log } = this.options;
    const writer = new ArchiveWriter({ root, incarnation: log.incarnation, continues: continuationOf(log) });
    this.writer = writer;
    this.position = writer.last;
    this.look();
    try {
      await this.follow(writer, signal);
    } finally {
      this.writer = undefined;
      writer.close();
    }
  }

  /** Writes what the stream gives until it fails, or the signal aborts. */
  private async follow(writer: ArchiveWriter, signal: AbortSignal): Promise<void> {
    const waiting: StoredMessage[] = [];
    const failed = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const write = (): void => {
      clearTimeout(timer);
      timer = undefined;
      try {
        this.write(writer, waiting.splice(0));
      } catch (error) {
        failed.abort(error);
      }
    };
    try {
      for await (const messages of this.read(writer.last + 1, AbortSignal.any([signal, failed.signal]))) {
        waiting.push(...messages);
        if (waiting.length >= writeEvents) write();
        else timer ??= setTimeout(write, writeMs);
      }
    } finally {
      write();
    }
    failed.signal.throwIfAborted();
  }

  /** What the stream has from a position on; what it has lost is left out, for it is nowhere any more. */
  private async *read(from: number, signal: AbortSignal): AsyncGenerator<StoredMessage[]> {
    for (let next = from; ; ) {
      const gap = yield* streamUntilGap(this.options.core, { fromSequence: next, signal });
      if (gap === undefined) return;
      next = gap.last + 1;
    }
  }

  private write(writer: ArchiveWriter, messages: readonly StoredMessage[]): void {
    const before = writer.last;
    writer.append(messages);
    this.position = writer.last;
    this.failure = null;
    const [first] = messages;
    if (first !== undefined && first.sequence !== before + 1) this.look();
  }

  private look(): void {
    this.bytes = this.reader.bytes();
    this.lacks = lacking(this.reader.ranges());
  }

  private async tell(): Promise<void> {
    this.tells += 1;
    this.end = await this.options.log.lastSequence().catch(() => this.end);
    // A disk that is away is told of by whoever writes to it.
    if (this.tells % tellsPerLook === 0 && this.failure === null) this.look();
    const { position, end, bytes, lacks, failure } = this;
    this.options.onState({ incarnation: this.options.log.incarnation, position, end, bytes, lacks, failure });
  }
}
