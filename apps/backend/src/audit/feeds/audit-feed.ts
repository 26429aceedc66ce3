import type { Checkpoint } from '@kanade/contracts';
import { build, sql } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { firstPositionFrom } from '../../events/position-at-time.ts';
import type { FoldAccess } from '../../history/fold-access.ts';
import type { Log } from '../../log.ts';
import { Waker } from '../../waker.ts';
import { auditAfterSql, auditEntry } from '../audit-view.ts';
import type { AuditSink } from './audit-sink.ts';
import type { FeedPlace, FeedPlaces } from './feed-places.ts';

const batchSize = 100;
/** Looks for entries this often even if nobody says that there are some. */
const periodMs = 30_000;
const firstPauseMs = 500;
const longestPauseMs = 60_000;

/** How a feed is, for the status page and metrics. */
export interface FeedStatus {
  readonly name: string;
  readonly address: string;
  /** Entries its receiver has not got; null while that is not known. */
  readonly behind: number | null;
  /** Why the last attempt failed, and since when attempts do. */
  readonly failure: { readonly reason: string; readonly since: string } | undefined;
}

interface FeedOptions {
  readonly sink: AuditSink;
  readonly fold: FoldAccess;
  readonly places: FeedPlaces;
  readonly log: Log;
  /** The newest checkpoint: the receiver is a witness of it. */
  readonly checkpoint: () => Checkpoint | undefined;
}

export const behindSql = (sequence: number) => build.selectFrom('audit').select(sql<number>`count(*)`.as('entries')).where('position', '>', sequence);

/** Where to go on in the history as it is now: a restored one has other positions behind the backup's end. */
export function continuedAt(db: Reader, place: FeedPlace | undefined, now: { readonly incarnation: string; readonly sequence: number }): number {
  // A receiver that was just set up gets what happens from now on.
  if (place === undefined) return now.sequence;
  return place.incarnation === now.incarnation ? place.sequence : firstPositionFrom(db, place.recordedAt) - 1;
}

/** Sends entries to one receiver, in order and until it has them: again and again while it is away, from where it was after a restart. */
export class AuditFeed {
  private readonly waker = new Waker();
  private place: FeedPlace | undefined;
  private revision: number | undefined;
  private witnessed: Checkpoint | undefined;
  private failure: FeedStatus['failure'];

  constructor(private readonly options: FeedOptions) {}

  wake(): void {
    this.waker.wake();
  }

  /** Works until the signal aborts, and never throws: what cannot be sent must not stop anything else. */
  async run(signal: AbortSignal): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!signal.aborted) {
      this.waker.begin();
      try {
        await this.drain(signal);
        this.succeeded();
        pauseMs = firstPauseMs;
        await this.waker.rest(periodMs, signal);
      } catch (error) {
        this.failed(error, signal);
        await this.waker.restAnyway(pauseMs, signal);
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      }
    }
    this.options.sink.close();
    this.place = undefined;
  }

  async status(reader: Reader): Promise<FeedStatus> {
    const { name, address } = this.options.sink;
    const place = this.place ?? (await this.options.places.find(name))?.value;
    return { name, address, behind: place === undefined ? null : (reader.get(behindSql(place.sequence))?.entries ?? 0), failure: this.failure };
  }

  private async drain(signal: AbortSignal): Promise<void> {
    this.place ??= await this.begin();
    for (;;) {
      signal.throwIfAborted();
      const { incarnation, sequence: after } = this.place;
      const db = await this.options.fold.settled();
      const rows = db.snapshot((now) => {
        if (now.incarnation !== incarnation) throw new Error('the history has been restored from a backup');
        return db.all(auditAfterSql(after, Number.MAX_SAFE_INTEGER, batchSize));
      });
      const last = rows.at(-1);
      if (last === undefined) return this.witness(signal);
      await this.options.sink.send(rows.map((row) => auditEntry(row, incarnation)), signal);
      await this.keep({ incarnation, sequence: last.position, recordedAt: last.recordedAt });
      this.succeeded();
    }
  }

  /** The newest one is enough: it says what all before it say. After a restart it is sent again. */
  private async witness(signal: AbortSignal): Promise<void> {
    const checkpoint = this.options.checkpoint();
    if (checkpoint === undefined || checkpoint === this.witnessed) return;
    await this.options.sink.sendCheckpoint(checkpoint, signal);
    this.witnessed = checkpoint;
  }

  private async begin(): Promise<FeedPlace> {
    const { fold, places, sink } = this.options;
    sink.check();
    const found = await places.find(sink.name);
    this.revision = found?.revision;
    const db = await fold.settled();
    const place = db.snapshot((now) => {
      const sequence = continuedAt(db, found?.value, now);
      const event = db.get(build.selectFrom('events').select('recordedAt').where('position', '=', sequence));
      return { incarnation: now.incarnation, sequence, recordedAt: event?.recordedAt ?? 0 };
    });
    if (found === undefined) await this.keep(place);
    return place;
  }

  private async keep(place: FeedPlace): Promise<void> {
    this.revision = await this.options.places.save(this.options.sink.name, place, this.revision);
    this.place = place;
  }

  private succeeded(): void {
    if (this.failure !== undefined) this.options.log.info({ feed: this.options.sink.name, address: this.options.sink.address }, 'the audit is fed again');
    this.failure = undefined;
  }

  /** Told once as long as it stays the same. What is kept of the place may be another replica's by now: it is asked for again. */
  private failed(error: unknown, signal: AbortSignal): void {
    this.place = undefined;
    if (signal.aborted) return;
    const { sink, log } = this.options;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.failure?.reason !== reason) log.warn({ err: error, feed: sink.name, address: sink.address }, 'the audit cannot be fed and is tried again');
    this.failure = { reason, since: this.failure?.since ?? new Date().toISOString() };
  }
}
