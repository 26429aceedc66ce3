import { chainStart, subjects } from '@kanade/contracts';
import { chainHash, sha256Hex } from '@kanade/messaging';
import { timeText } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import { bytes, integer, integerOrNull, text, textOrNull } from '../store/rows.ts';
import type { Row } from '../store/rows.ts';
import type { Seal } from '../store/seal.ts';
import type { Store } from '../store/store.ts';
import { clipFact } from './clip-fact.ts';
import type { Fact } from './facts.ts';
import { uuidV7 } from './uuid-v7.ts';

/** An event as the outbox keeps it: exact body, place in the chain, and where the stream stored it. */
export interface OutboxEvent {
  readonly number: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly previous: string;
  readonly hash: string;
  readonly body: Uint8Array;
  /** The run whose stored output must be complete before this event may be sent. */
  readonly waitsForRun: string | null;
  readonly streamSequence: number | null;
  readonly acked: boolean;
}

/** A place in the endpoint's chain. */
export interface ChainPlace {
  readonly epoch: number;
  readonly sequence: number;
  readonly hash: string;
}

/** Sent events stay this long, so that a history restored from a backup can be given what it lost. */
export const keptAfterAckMs = 7 * 86_400_000;
/** Even a flood of events leaves the disk to others: beyond this many the oldest sent ones go early. */
const mostKept = 200_000;

interface Options {
  readonly store: Store;
  readonly seal: Seal;
  readonly endpointId: string;
  readonly clock: Clock;
  readonly log: Log;
}

type Link = Pick<OutboxEvent, 'epoch' | 'sequence' | 'previous' | 'body' | 'waitsForRun'>;

/** The endpoint's facts in the order they happened, chained, on disk until the history has them and a week longer. */
export class EventOutbox {
  readonly subject: string;
  readonly #store: Store;
  readonly #seal: Seal;
  readonly #source: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #onAppend: () => void = () => undefined;

  constructor({ store, seal, endpointId, clock, log }: Options) {
    this.#store = store;
    this.#seal = seal;
    this.subject = subjects.endpointEvents(endpointId);
    this.#source = `endpoint/${endpointId}`;
    this.#clock = clock;
    this.#log = log;
  }

  onAppend(listener: () => void): void {
    this.#onAppend = listener;
  }

  /** Appends a fact to the chain; inside a transaction it is as durable as what is written with it. */
  append(fact: Fact, waitsForRun: string | null = null): void {
    const head = this.head();
    this.#insert({
      epoch: head?.epoch ?? 1,
      sequence: (head?.sequence ?? 0) + 1,
      previous: head?.hash ?? chainStart,
      body: this.#bodyOf(fact),
      waitsForRun,
    });
    this.#onAppend();
  }

  /** The newest event of the chain; the outbox never forgets this one. */
  head(): ChainPlace | undefined {
    const row = this.#store.get('SELECT epoch, sequence, hash FROM events ORDER BY number DESC LIMIT 1');
    return row && { epoch: integer(row, 'epoch'), sequence: integer(row, 'sequence'), hash: text(row, 'hash') };
  }

  oldest(): OutboxEvent | undefined {
    return this.#one('SELECT * FROM events ORDER BY number LIMIT 1');
  }

  newestAcked(): OutboxEvent | undefined {
    return this.#one('SELECT * FROM events WHERE ackedAt IS NOT NULL ORDER BY number DESC LIMIT 1');
  }

  find(epoch: number, sequence: number): OutboxEvent | undefined {
    return this.#one('SELECT * FROM events WHERE epoch = ? AND sequence = ?', epoch, sequence);
  }

  pendingCount(): number {
    return integer(this.#store.get('SELECT COUNT(*) AS n FROM events WHERE ackedAt IS NULL') ?? {}, 'n');
  }

  /** The oldest events the history does not have. Throws when one was not written by this agent: it must not be signed. */
  pending(limit: number): OutboxEvent[] {
    return this.#store.all('SELECT * FROM events WHERE ackedAt IS NULL ORDER BY number LIMIT ?', limit).map((row) => this.#believed(row));
  }

  /** Notes that the history holds `events`, of which the last lies at `lastSequence`; a batch lies in one piece. */
  acknowledge(events: readonly OutboxEvent[], lastSequence: number): void {
    this.#store.transaction(() => {
      events.forEach((event, index) => {
        const sequence = lastSequence - (events.length - 1 - index);
        this.#store.run('UPDATE events SET streamSequence = ?, ackedAt = ? WHERE number = ?', sequence, this.#clock.now(), event.number);
      });
    });
  }

  /** Notes that the history holds everything up to and including event `number`, which lies at `streamSequence` where that is known. */
  acknowledgeThrough(number: number, streamSequence: number | null): void {
    this.#store.transaction(() => {
      this.#store.run('UPDATE events SET ackedAt = ? WHERE number <= ? AND ackedAt IS NULL', this.#clock.now(), number);
      this.#store.run('UPDATE events SET streamSequence = ? WHERE number = ?', streamSequence, number);
    });
  }

  /** Puts every event after `number` (0: all) back among those to be sent; returns the runs whose output must be sent again. */
  rewindAfter(number: number): string[] {
    return this.#store.transaction(() => {
      this.#store.run('UPDATE events SET ackedAt = NULL, streamSequence = NULL WHERE number > ?', number);
      return this.#store
        .all('SELECT DISTINCT waitsForRun FROM events WHERE number > ? AND waitsForRun IS NOT NULL', number)
        .map((row) => text(row, 'waitsForRun'));
    });
  }

  /**
   * Begins `epoch` with `opening`, then says everything that is kept (or that was never sent) again in it: same bodies, new chain.
   * Returns the runs whose output must be sent again.
   */
  openEpoch(epoch: number, opening: Fact, resend: 'kept' | 'unsent'): string[] {
    const moved = resend === 'kept' ? '' : ' WHERE ackedAt IS NULL';
    return this.#store.transaction(() => {
      const kept = this.#store.all(`SELECT * FROM events${moved} ORDER BY number`).map((row) => this.#believed(row));
      this.#store.run(`DELETE FROM events${moved}`);
      let previous = chainStart;
      const bodies = [{ body: this.#bodyOf(opening), waitsForRun: null }, ...kept];
      bodies.forEach(({ body, waitsForRun }, index) => {
        previous = this.#insert({ epoch, sequence: index + 1, previous, body, waitsForRun });
      });
      this.#onAppend();
      return kept.flatMap(({ waitsForRun }) => (waitsForRun === null ? [] : [waitsForRun]));
    });
  }

  prune(): void {
    const head = 'number < (SELECT MAX(number) FROM events)';
    this.#store.run(`DELETE FROM events WHERE ackedAt < ? AND ${head}`, this.#clock.now() - keptAfterAckMs);
    this.#store.run(`DELETE FROM events WHERE ackedAt IS NOT NULL AND number < (SELECT MAX(number) FROM events) - ?`, mostKept);
  }

  #insert(link: Link): string {
    const bodyDigest = sha256Hex(link.body);
    const hash = chainHash({ subject: this.subject, epoch: link.epoch, sequence: link.sequence, previous: link.previous, bodyDigest });
    this.#store.run(
      'INSERT INTO events (epoch, sequence, previous, hash, body, waitsForRun, mac) VALUES (?, ?, ?, ?, ?, ?, ?)',
      link.epoch,
      link.sequence,
      link.previous,
      hash,
      link.body,
      link.waitsForRun,
      this.#seal.mac('event', hash, link.waitsForRun),
    );
    return hash;
  }

  #bodyOf(whole: Fact): Uint8Array {
    const { fact, cut } = clipFact(whole);
    if (cut.length > 0) this.#log.warn({ type: fact.type, cut }, 'this machine says more than a fact holds; the rest is left out');
    const { type, data, subject, correlationid } = fact;
    const now = this.#clock.now();
    const event = {
      specversion: '1.0',
      id: uuidV7(now),
      source: this.#source,
      type,
      ...(subject === undefined ? {} : { subject }),
      time: timeText(now),
      ...(correlationid === undefined ? {} : { correlationid }),
      data,
    };
    return Buffer.from(JSON.stringify(event));
  }

  #one(sql: string, ...values: number[]): OutboxEvent | undefined {
    const row = this.#store.get(sql, ...values);
    return row && eventOf(row);
  }

  #believed(row: Row): OutboxEvent {
    const event = eventOf(row);
    const hash = chainHash({ subject: this.subject, ...event, bodyDigest: sha256Hex(event.body) });
    if (hash !== event.hash || !this.#seal.holds(text(row, 'mac'), 'event', hash, event.waitsForRun)) {
      throw new Error(`agent.sqlite: event ${event.epoch}/${event.sequence} was not written by this agent; it is not signed and nothing after it is sent`);
    }
    return event;
  }
}

function eventOf(row: Row): OutboxEvent {
  return {
    number: integer(row, 'number'),
    epoch: integer(row, 'epoch'),
    sequence: integer(row, 'sequence'),
    previous: text(row, 'previous'),
    hash: text(row, 'hash'),
    body: bytes(row, 'body'),
    waitsForRun: textOrNull(row, 'waitsForRun'),
    streamSequence: integerOrNull(row, 'streamSequence'),
    acked: row['ackedAt'] !== null,
  };
}
