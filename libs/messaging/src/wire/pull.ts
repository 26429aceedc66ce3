import { createInbox } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/nats-core';
import { readDeliveryPlace } from './delivery-place.ts';
import type { DeliveryPlace } from './delivery-place.ts';
import { inboxOf } from './inbox.ts';
import { readStatus } from './headers.ts';
import type { Headers } from './headers.ts';
import { listen } from './listen.ts';
import type { Heard } from './listen.ts';
import type { StoredMessage } from './message.ts';

/** A message a consumer delivered: also its number among that consumer's deliveries, what waits behind it, and where to acknowledge. */
export interface PulledMessage extends StoredMessage {
  readonly consumerSequence: number;
  readonly pending: number;
  readonly ackSubject: string;
}

export interface PullOptions {
  readonly stream: string;
  readonly consumer: string;
  /** Messages per pull; at most twice as many wait here for whoever takes them. */
  readonly batch: number;
  /** How long a pull may wait in the broker. Below 30 s: the account import forgets a request after its response threshold. */
  readonly expiresMs: number;
  readonly heartbeatMs: number;
}

/** Messages of a consumer as they come, with back-pressure. It never heals: `broken` ends it, and its owner makes a new one. */
export interface Pull {
  /** What has come, waiting at most `timeoutMs` for the first; empty when nothing came or the pull is broken. */
  take(timeoutMs: number): Promise<PulledMessage[]>;
  /** Why nothing more will come; undefined while all is well. */
  readonly broken: string | undefined;
  /** True once the broker has said that nothing is waiting. */
  readonly drained: boolean;
  stop(reason?: string): void;
}

/** A delivered message; where it is acknowledged is made out only for those who do. */
class Delivered implements PulledMessage {
  readonly subject: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly sequence: number;
  readonly recordedAt: number;
  readonly consumerSequence: number;
  readonly pending: number;
  readonly #message: Heard;

  constructor(message: Heard, place: DeliveryPlace) {
    this.subject = message.subject;
    this.headers = message.headers;
    this.body = message.body;
    this.sequence = place.sequence;
    this.recordedAt = place.recordedAt;
    this.consumerSequence = place.consumerSequence;
    this.pending = place.pending;
    this.#message = message;
  }

  get ackSubject(): string {
    return this.#message.reply;
  }
}

/** What was stored is told by where it is acknowledged; undefined for the broker's own words, whatever a stored message's headers say. */
function pulled(message: Heard): PulledMessage | undefined {
  const place = message.replyBytes && readDeliveryPlace(message.replyBytes);
  return place && new Delivered(message, place);
}

class RunningPull implements Pull {
  broken: string | undefined;
  drained = false;
  readonly #nc: NatsConnection;
  readonly #options: PullOptions;
  readonly #inbox: string;
  readonly #unsubscribe: () => void;
  #buffer: PulledMessage[] = [];
  #wake: (() => void) | undefined;
  #pulls = 0;
  #outstanding = 0;
  #silence: NodeJS.Timeout | undefined;

  constructor(nc: NatsConnection, options: PullOptions) {
    this.#nc = nc;
    this.#options = options;
    // A new inbox every time: the broker keeps old requests of an inbox whose answers can no longer find their way.
    this.#inbox = createInbox(inboxOf(nc));
    this.#unsubscribe = listen(nc, `${this.#inbox}.*`, {
      onMessage: (message) => this.#receive(message),
      onError: (error) => this.stop(error.message),
    });
    // The first asks for what is there, so that its end is known at once.
    this.#pull(true);
  }

  async take(timeoutMs: number): Promise<PulledMessage[]> {
    if (this.#buffer.length === 0 && this.broken === undefined) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    const taken = this.#buffer;
    this.#buffer = [];
    this.#pullOn();
    return taken;
  }

  stop(reason = 'stopped'): void {
    if (this.broken !== undefined) return;
    this.broken = reason;
    clearTimeout(this.#silence);
    this.#unsubscribe();
    this.#wake?.();
  }

  #pullOn(): void {
    if (this.broken === undefined && this.#outstanding === 0 && this.#buffer.length < this.#options.batch) this.#pull(false);
  }

  #pull(first: boolean): void {
    const { stream, consumer, batch, expiresMs, heartbeatMs } = this.#options;
    this.#pulls += 1;
    this.#outstanding = batch;
    const body = first ? { batch, no_wait: true } : { batch, expires: expiresMs * 1e6, idle_heartbeat: heartbeatMs * 1e6 };
    try {
      this.#nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(body), { reply: `${this.#inbox}.${this.#pulls}` });
    } catch (error) {
      this.stop(error instanceof Error ? error.message : 'the connection is closed');
      return;
    }
    this.#listen();
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.stop('the broker has gone silent'), this.#options.heartbeatMs * 2 + 1000);
  }

  #receive(message: Heard): void {
    const taken = pulled(message);
    if (taken !== undefined) {
      this.#buffer.push(taken);
      this.#outstanding -= 1;
      if (this.#outstanding === 0) clearTimeout(this.#silence);
      else this.#listen();
      if (taken.pending === 0) this.drained = true;
      this.#pullOn();
      this.#wake?.();
      return;
    }
    const { code, description } = readStatus(message.block);
    const current = message.subject === `${this.#inbox}.${this.#pulls}`;
    if (code === 100) {
      this.#listen();
      return;
    }
    if (!current && code !== 503) return;
    if (code === 404 || code === 408) {
      if (code === 404) {
        this.drained = true;
        this.#wake?.();
      }
      this.#outstanding = 0;
      this.#pullOn();
      return;
    }
    this.stop(code === 503 ? 'no consumer answers' : `${description || 'an answer that is none'} (${code})`);
  }
}

/** Starts pulling from a consumer. */
export function openPull(nc: NatsConnection, options: PullOptions): Pull {
  return new RunningPull(nc, options);
}
