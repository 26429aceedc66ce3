import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@kanade/contracts';
import { MessagingError, streamUsage } from '@kanade/messaging';
import type { CoreConnection, EventLog } from '@kanade/messaging';
import { foldedStreams } from '@kanade/read-models';
import type { Commit, FoldedStream, ReadModel, StoredMessage } from '@kanade/read-models';
import { foldableUntil } from './catch-up.ts';
import type { FoldLimit, FoldedSequences } from './fold-limit.ts';
import type { FoldMessage } from './fold-messages.ts';
import { checkHistory } from './history-check.ts';
import type { StreamFeed } from './stream-feed.ts';
import type { StreamReads } from './stream-reads.ts';

const batchSize = 1000;
/** Output that is not read within this time, on a live connection, is not there. */
const outputPatienceMs = 5000;
const tickMs = 1000;
const gatherTurns = 8;
/** How long until a broker that is away is asked again. */
const retryMs = 250;

/** Messages of a stream that speak of something unknown: up to `count` of them wait until events are folded up to `events`. */
interface Gate {
  readonly events: number;
  readonly count: number;
}

/** What a read model that nobody reads tells of its changes. */
const silence = { changes: [], runs: [], samples: [] } as const;

function foldedOf(model: ReadModel): FoldedSequences {
  const folded = (stream: FoldedStream) => model.checkpoint(stream)?.sequence ?? 0;
  return { events: folded('events'), output: folded('output'), private: folded('private'), metrics: folded('metrics') };
}

/** Folds four streams into one file until the signal aborts; rejects when a stream is damaged or the file fails. */
export class FoldLoop {
  private readonly core: CoreConnection;
  private readonly log: EventLog;
  private readonly model: ReadModel;
  private readonly post: (message: FoldMessage) => void;
  private readonly reads: StreamReads;
  private readonly feeds: Readonly<Record<FoldedStream, StreamFeed>>;
  private readonly gates = new Map<FoldedStream, Gate>();
  private readonly ends = new Map<FoldedStream, number>();
  private readonly firsts = new Map<FoldedStream, number>();
  private forgetting = false;
  private closed = false;
  private wakeUp: (() => void) | undefined;
  private recheck = false;
  private caughtUp = false;
  private lastCovered = -1;
  private lagMs = 0;
  /** While another read model serves: where that is. */
  private limit: FoldLimit | undefined;
  private reached = 0;
  /** Ends held at `position` are due once output is read up to `output`. */
  private release: { readonly position: number; readonly output: number; readonly since: number } | undefined;

  /** One that does not serve folds nothing before it has a limit. */
  constructor(reads: StreamReads, core: CoreConnection, log: EventLog, model: ReadModel, serves: boolean, post: (message: FoldMessage) => void) {
    this.reads = reads;
    this.core = core;
    this.log = log;
    this.model = model;
    this.post = post;
    if (!serves) this.limit = { number: 0, folded: { events: 0, output: 0, private: 0, metrics: 0 }, covered: 0 };
    this.feeds = reads.begin(foldedOf(model), {
      wake: () => this.wakeUp?.(),
      onReconnect: () => {
        this.recheck = true;
        this.wakeUp?.();
      },
      onRepaired: ({ first, last }) => this.post({ type: 'repaired', first, last }),
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const ticking = setInterval(() => void this.tick().catch(() => undefined), tickMs);
    const wake = (): void => this.wakeUp?.();
    signal.addEventListener('abort', wake, { once: true });
    try {
      await this.measure();
      await Promise.race([this.reads.ended, this.fold(AbortSignal.any([signal, failed.signal]))]);
    } finally {
      this.closed = true;
      failed.abort();
      this.wakeUp?.();
      clearInterval(ticking);
      signal.removeEventListener('abort', wake);
    }
  }

  /** Goes on up to a new limit. */
  limitTo(limit: FoldLimit): void {
    if (this.limit === undefined) return;
    this.limit = limit;
    this.wakeUp?.();
  }

  /** Serves from now on: where the one before it was, this one is too. */
  serve(): void {
    if (this.limit === undefined) return;
    this.limit = undefined;
    this.model.serve();
    this.caughtUp = true;
    this.wakeUp?.();
  }

  private async fold(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.recheck) {
        this.recheck = false;
        await this.check(signal);
      }
      const worked = this.foldOnce();
      await this.settle();
      if (worked) {
        await this.gather();
        continue;
      }
      // The first time there is nothing left to do is when the rest may begin its work: not a tick later.
      if (this.limit === undefined && !this.caughtUp && this.atEnds()) await this.tell();
      this.tellReached();
      await this.idle(signal);
    }
  }

  /** Nothing read after a reconnect is folded before it is known to be of the same history. */
  private async check(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await checkHistory(this.core, this.log, this.model);
        return;
      } catch (error) {
        // This thread's own connection may come back a little later than the one that reads.
        if (!(error instanceof MessagingError) || !error.retryable) throw error;
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Lets in what has arrived; while it catches up, until a transaction is worth its cost. */
  private async gather(): Promise<void> {
    await setImmediate();
    for (let turn = 0; turn < gatherTurns && !this.caughtUp && this.feeds.events.waiting < batchSize; turn += 1) await setImmediate();
  }

  /** One transaction; false when there was nothing to fold. */
  private foldOnce(): boolean {
    if (this.passGates()) return true;
    const recordedUntil = this.timeLimit();
    const batches: Partial<Record<FoldedStream, readonly StoredMessage[]>> = {};
    let count = 0;
    for (const stream of foldedStreams) {
      if (this.gates.has(stream)) continue;
      batches[stream] = this.feeds[stream].peek(batchSize, { recordedUntil, until: this.until(stream) });
      count += batches[stream].length;
    }
    if (count === 0) return false;
    const commit = this.model.apply(batches, { outputKnownUntil: this.outputKnownUntil() });
    this.consumed(commit);
    for (const stream of foldedStreams) {
      if ((batches[stream]?.length ?? 0) > commit.taken[stream]) this.gates.set(stream, { events: -1, count: this.feeds[stream].waiting });
    }
    return true;
  }

  /** Folds what a gate held back, once all events it could speak of are folded: what is still unknown then was never made. */
  private passGates(): boolean {
    for (const [stream, gate] of this.gates) {
      // The one that serves has folded what waits here, and no event beyond the limit for it.
      if (gate.events < 0 || this.folded('events') < Math.min(gate.events, this.until('events'))) continue;
      this.gates.delete(stream);
      this.consumed(this.model.apply({ [stream]: this.feeds[stream].peek(Math.min(gate.count, batchSize), { until: this.until(stream) }) }, { unknownIsPoison: true }));
      return true;
    }
    return false;
  }

  /** While it catches up, events and output go side by side; what is held back has to let the events pass that it waits for. */
  private timeLimit(): number {
    if (this.caughtUp) return Infinity;
    const streams = (['events', 'output'] as const).filter((stream) => !this.gates.has(stream));
    return foldableUntil(streams.map((stream) => ({ feed: this.feeds[stream], until: this.until(stream), isRead: this.hasRead(stream) })), batchSize);
  }

  private hasRead(stream: 'events' | 'output'): boolean {
    const feed = this.feeds[stream];
    if (stream === 'events') return feed.lastRead >= Math.min(this.ends.get('events') ?? 0, this.until('events'));
    return this.outputRead() || feed.isDone(this.until('output'), outputPatienceMs);
  }

  /** Sequence up to which a stream may be folded. */
  private until(stream: FoldedStream): number {
    return this.limit?.folded[stream] ?? Infinity;
  }

  private outputRead(): boolean {
    const { output } = this.feeds;
    return output.lastRead >= (this.ends.get('output') ?? 0) || Date.now() - output.lastReadAt > outputPatienceMs;
  }

  private outputKnownUntil(): number {
    return this.caughtUp ? 0 : this.feeds.output.readUntil(this.until('output'));
  }

  private folded(stream: FoldedStream): number {
    return this.model.checkpoint(stream)?.sequence ?? 0;
  }

  private consumed(commit: Commit): void {
    const events = this.feeds.events.peek(commit.taken.events).at(-1);
    if (events !== undefined) this.lagMs = Math.max(0, Date.now() - events.recordedAt);
    for (const stream of foldedStreams) this.feeds[stream].consume(commit.taken[stream]);
    this.publish(commit);
  }

  private publish(commit: Pick<Commit, 'changes' | 'runs' | 'samples' | 'firstAwaited'>): void {
    const sequence = this.folded('events');
    const covered = commit.firstAwaited === null ? sequence : Math.min(sequence, commit.firstAwaited - 1);
    this.lastCovered = covered;
    const { changes, runs, samples } = this.limit === undefined ? commit : silence;
    this.post({ type: 'committed', notice: { incarnation: this.log.incarnation, sequence, covered, changes, runs, samples }, folded: foldedOf(this.model) });
  }

  /** What needs an answer of the broker between two transactions. */
  private async settle(): Promise<void> {
    for (const [stream, gate] of this.gates) {
      if (gate.events < 0) this.gates.set(stream, { events: await this.log.lastSequence(), count: gate.count });
    }
    const awaited = this.model.firstAwaited();
    if (awaited === null || this.limit !== undefined) this.release = undefined;
    if (awaited === null) return;
    if (this.limit !== undefined) {
      // What the one that serves has ceased to wait for is not awaited here either.
      const { covered } = this.limit;
      if (awaited <= covered && this.isDone('output')) this.publish(this.model.releaseHeld(Math.min(covered, this.folded('events'))));
      return;
    }
    this.release ??= { position: this.folded('events'), output: await this.endOf('output'), since: Date.now() };
    const { position, output, since } = this.release;
    if (this.folded('output') < output && Date.now() - Math.max(since, this.feeds.output.lastReadAt) < outputPatienceMs) return;
    this.release = undefined;
    this.publish(this.model.releaseHeld(position));
  }

  private isDone(stream: FoldedStream): boolean {
    return this.folded(stream) >= this.until(stream) || this.feeds[stream].isDone(this.until(stream), outputPatienceMs);
  }

  private tellReached(): void {
    if (this.limit === undefined || this.limit.number === this.reached || !foldedStreams.every((stream) => this.isDone(stream))) return;
    const awaited = this.model.firstAwaited();
    if (awaited !== null && awaited <= this.limit.covered) return;
    this.reached = this.limit.number;
    this.post({ type: 'reached', number: this.reached });
  }

  private async endOf(stream: FoldedStream): Promise<number> {
    await this.measure();
    return this.ends.get(stream) ?? 0;
  }

  private async measure(): Promise<void> {
    for (const { name, messages, firstSequence, lastSequence } of await streamUsage(this.core)) {
      const stream = foldedStreams.find((candidate) => streams[candidate] === name);
      if (stream !== undefined) this.firsts.set(stream, firstSequence);
      // A stream whose last message has expired still counts up from it, and has nothing to wait for; events are in the archive then.
      if (stream !== undefined) this.ends.set(stream, messages === 0 && stream !== 'events' ? 0 : lastSequence);
    }
  }

  private async tick(): Promise<void> {
    await this.tell();
    await this.forget();
    this.model.checkpointLog();
    this.wakeUp?.();
  }

  /** What a stream has let go goes from the tables too, between transactions and never in the way of folding. */
  private async forget(): Promise<void> {
    if (this.forgetting) return;
    this.forgetting = true;
    const first = { output: this.firsts.get('output') ?? 0, private: this.firsts.get('private') ?? 0 };
    while (!this.closed && this.model.forgetBefore(first)) await setImmediate();
    this.forgetting = false;
  }

  /** True when everything known to be stored is folded; more may have come since it was last measured. */
  private atEnds(): boolean {
    return this.folded('events') >= (this.ends.get('events') ?? 0) && this.outputRead();
  }

  private async tell(): Promise<void> {
    await this.measure();
    const lagEvents = foldedStreams.reduce((sum, stream) => sum + Math.max(0, (this.ends.get(stream) ?? 0) - this.folded(stream)), 0);
    // One that is limited is not behind: it goes where it is told.
    this.caughtUp ||= this.limit === undefined && this.atEnds();
    this.post({ type: 'lag', lag: { lagEvents, lagMs: lagEvents === 0 ? 0 : this.lagMs, poisonCount: this.model.poisonCount(), rebuilding: !this.caughtUp } });
    const awaited = this.model.firstAwaited();
    const sequence = this.folded('events');
    const covered = awaited === null ? sequence : Math.min(sequence, awaited - 1);
    if (covered !== this.lastCovered) this.publish({ changes: [], runs: [], samples: [], firstAwaited: awaited });
  }

  private async idle(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      if (signal.aborted) resolve();
    });
    this.wakeUp = undefined;
  }
}
