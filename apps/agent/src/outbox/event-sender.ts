import { headers } from '@kanade/contracts';
import { signBytes } from '@kanade/messaging';
import type { AgentConnection, OutgoingMessage, SigningKey, StoredMessage } from '@kanade/messaging';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import { BackOff } from './back-off.ts';
import { EpochLimit } from './epoch-limit.ts';
import type { ChainPlace, EventOutbox, OutboxEvent } from './event-outbox.ts';
import type { Fact } from './facts.ts';
import { judge } from './judge.ts';
import type { OutputOutbox } from './output-outbox.ts';
import { WakeUp } from './wake-up.ts';

/** A backlog longer than this goes as one atomic batch: its fixed cost is that of about 15 single appends. */
const longestSingles = 15;
const largestBatch = 200;
const largestBatchBytes = 2 * 1024 * 1024;

export interface EventTransport extends Pick<AgentConnection, 'appendEvents' | 'readLastEvent'> {
  /** Where this endpoint's chain ends in the record, archive included; null when nothing of it is there, undefined when nobody can say just now. */
  readChainEnd(): Promise<ChainPlace | null | undefined>;
}

interface Options {
  readonly events: EventOutbox;
  readonly output: OutputOutbox;
  readonly transport: EventTransport;
  readonly signingKey: SigningKey;
  readonly clock: Clock;
  readonly log: Log;
  /** The fact an epoch begins with. */
  readonly openingFact: () => Fact;
  /** Told when `conflict` changed. */
  readonly onConflict?: () => void;
}

/** Brings the outbox's events into the history: in order, each once, whatever was lost or restored in between. */
export class EventSender {
  readonly #options: Options;
  readonly #wake = new WakeUp();
  readonly #backOff: BackOff;
  #connected = false;
  #stopped = false;
  /** Stream sequence of our last stored event; unknown until the history was read on this connection. */
  #expected: number | undefined;
  #conflict: string | undefined;
  readonly #epochs: EpochLimit;
  #hold: Timer | undefined;
  /** After a failed batch this backlog goes one by one: a broker short of batch slots must not stop facts. */
  #single = false;
  #loop: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#backOff = new BackOff(options.clock);
    this.#epochs = new EpochLimit(options.clock);
  }

  /** Why nothing is sent for now, when another machine writes in this endpoint's name. */
  get conflict(): string | undefined {
    return this.#conflict;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  wake(): void {
    this.#wake.wake();
  }

  /** On every connect: the history may be another one, so it is read before anything is appended. */
  connected(): void {
    this.#connected = true;
    this.#expected = undefined;
    this.#backOff.reset();
    this.#wake.wake();
  }

  disconnected(): void {
    this.#connected = false;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#hold?.cancel();
    this.#backOff.reset();
    this.#wake.wake();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      if (!this.#connected || this.#conflict !== undefined) {
        await this.#wake.wait();
        continue;
      }
      try {
        const more = await this.#step();
        this.#backOff.succeeded();
        if (!more && !this.#isStopped()) await this.#wake.wait();
      } catch (error) {
        await this.#afterFailure(error);
      }
    }
  }

  // Read through a method: the compiler does not know that an await lets others change it.
  #isStopped(): boolean {
    return this.#stopped;
  }

  async #afterFailure(error: unknown): Promise<void> {
    this.#expected = undefined;
    const level = this.#backOff.failures > 3 ? 'warn' : 'debug';
    this.#options.log[level]({ err: error }, 'events could not be sent; they wait in the outbox');
    await this.#backOff.wait();
  }

  /** One read or one append; false when there is nothing left to do. */
  async #step(): Promise<boolean> {
    if (this.#expected === undefined) {
      await this.#reconcile(await this.#options.transport.readLastEvent());
      return true;
    }
    const batch = this.#nextBatch();
    if (batch.length === 0) return false;
    const atomic = batch.length > 1;
    try {
      const result = await this.#options.transport.appendEvents(this.#messagesOf(batch), this.#expected);
      if (result.outcome === 'conflict') {
        await this.#reconcile(result.last);
        return true;
      }
      this.#options.events.acknowledge(batch, result.lastSequence);
      this.#expected = result.lastSequence;
      return true;
    } catch (error) {
      if (atomic) this.#single = true;
      throw error;
    }
  }

  /** The next events, none of which waits for output that is not stored yet. */
  #nextBatch(): OutboxEvent[] {
    const { events, output } = this.#options;
    const pending = events.pending(largestBatch);
    const blocked = pending.findIndex(({ waitsForRun }) => waitsForRun !== null && !output.isStored(waitsForRun));
    const ready = blocked < 0 ? pending : pending.slice(0, blocked);
    if (ready.length <= longestSingles) this.#single = false;
    if (this.#single || ready.length <= longestSingles) return ready.slice(0, 1);
    let size = 0;
    const fits = ready.findIndex(({ body }) => (size += body.length) > largestBatchBytes);
    return fits < 0 ? ready : ready.slice(0, Math.max(1, fits));
  }

  #messagesOf(batch: readonly OutboxEvent[]): OutgoingMessage[] {
    return batch.map((event, index) => {
      const chain = {
        [headers.epoch]: String(event.epoch),
        [headers.sequence]: String(event.sequence),
        [headers.previous]: event.previous,
      };
      if (index < batch.length - 1) return { headers: chain, body: event.body };
      const { signingKey } = this.#options;
      return { headers: { ...chain, [headers.signature]: signBytes(signingKey, event.hash), [headers.key]: signingKey.id }, body: event.body };
    });
  }

  /** Where the chain ends, for a stream that has no event of this endpoint: they may have been archived. Throws while that cannot be known. */
  async #archivedEnd(): Promise<ChainPlace | undefined> {
    const end = await this.#options.transport.readChainEnd();
    // Who has never sent anything need not wait for a backend that is away.
    if (end === undefined && this.#options.events.newestAcked()) throw new Error('the stream has no event of this endpoint, and the backend does not say yet where they are');
    return end ?? undefined;
  }

  async #reconcile(last: StoredMessage | undefined): Promise<void> {
    const { events, output, log, openingFact, signingKey } = this.#options;
    const verdict = judge(last, last === undefined ? await this.#archivedEnd() : undefined, events, signingKey);
    switch (verdict.kind) {
      case 'continue':
        if (verdict.through) events.acknowledgeThrough(verdict.through.number, last?.sequence ?? null);
        this.#expected = verdict.expected;
        return;
      case 'rewind':
        log.warn({ after: verdict.expected }, 'the history is behind this endpoint: sending again what it lost');
        output.rewind(events.rewindAfter(verdict.after));
        this.#expected = verdict.expected;
        return;
      case 'open-epoch':
        if (!this.#epochs.mayOpen()) {
          this.#holdBack('epochs were opened again and again: two machines write with the keys of this endpoint in turn');
          return;
        }
        log.warn({ epoch: verdict.epoch, resend: verdict.resend }, 'the history and this endpoint lost each other: beginning a new epoch');
        output.rewind(events.openEpoch(verdict.epoch, openingFact(), verdict.resend));
        this.#epochs.opened();
        this.#expected = verdict.expected;
        return;
      case 'conflict':
        this.#holdBack(verdict.detail);
        return;
      default:
        verdict satisfies never;
    }
  }

  /** Sends nothing for a while, and says why; then the history is read again. */
  #holdBack(detail: string): void {
    const { log, clock, onConflict } = this.#options;
    const holdMs = this.#epochs.hold();
    this.#conflict = detail;
    log.error(
      { detail, minutes: Math.round(holdMs / 60_000) },
      'identity conflict: another machine writes in the name of this endpoint (a cloned disk?). Nothing is sent for now and new commands are refused; enrol one of the two anew in an empty data directory',
    );
    this.#hold = clock.after(holdMs, () => {
      this.#conflict = undefined;
      this.#expected = undefined;
      onConflict?.();
      this.#wake.wake();
    });
    onConflict?.();
  }
}
