import { createInbox, errors } from '@nats-io/nats-core';
import type { NatsConnection, PublishOptions } from '@nats-io/nats-core';
import { inboxOf } from './inbox.ts';
import { listen } from './listen.ts';
import type { Heard } from './listen.ts';

interface Waiting {
  readonly subject: string;
  readonly settle: (outcome: Heard | Error) => void;
}

/**
 * Requests of one connection and their answers, by one subscription. The client library has the same, but reads the headers of every empty
 * answer where nothing catches what that throws; and answers can be what an endpoint has written.
 */
class Exchange {
  readonly #nc: NatsConnection;
  readonly #inbox: string;
  readonly #waiting = new Map<string, Waiting>();
  #asked = 0;

  constructor(nc: NatsConnection, onEnd: () => void) {
    this.#nc = nc;
    this.#inbox = createInbox(inboxOf(nc));
    listen(nc, `${this.#inbox}.*`, {
      onMessage: (message) => this.#waiting.get(message.subject)?.settle(message),
      onError: (error) => {
        onEnd();
        this.#failAll(error);
      },
    });
    void this.#followRefusals();
    void nc.closed().then(() => this.#failAll(new errors.ClosedConnectionError()));
  }

  #failAll(error: Error): void {
    for (const { settle } of [...this.#waiting.values()]) settle(error);
  }

  /** The broker says which subject it refused, and nothing else: the longest waiting on it was meant. */
  async #followRefusals(): Promise<void> {
    for await (const status of this.#nc.status()) {
      if (status.type !== 'error') continue;
      const { error } = status;
      if (!(error instanceof errors.PermissionViolationError) || error.operation !== 'publish') continue;
      [...this.#waiting.values()].find(({ subject }) => subject === error.subject)?.settle(error);
    }
  }

  ask(subject: string, body: Uint8Array | string, options: PublishOptions, timeoutMs: number): Promise<Heard> {
    this.#asked += 1;
    const reply = `${this.#inbox}.${this.#asked}`;
    return new Promise<Heard>((resolve, reject) => {
      const settle = (outcome: Heard | Error): void => {
        clearTimeout(timer);
        this.#waiting.delete(reply);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const timer = setTimeout(() => settle(new errors.TimeoutError()), timeoutMs);
      this.#waiting.set(reply, { subject, settle });
      try {
        this.#nc.publish(subject, body, { ...options, reply });
      } catch (cause) {
        settle(cause instanceof Error ? cause : new Error(String(cause)));
      }
    });
  }
}

const exchanges = new WeakMap<NatsConnection, Exchange>();

/** Publishes with an address to answer to, and resolves with the first answer, whatever it says; rejects when none comes in time. */
export function exchange(
  nc: NatsConnection,
  subject: string,
  body: Uint8Array | string,
  options: Pick<PublishOptions, 'headers'>,
  timeoutMs: number,
): Promise<Heard> {
  let known = exchanges.get(nc);
  if (known === undefined) {
    known = new Exchange(nc, () => exchanges.delete(nc));
    exchanges.set(nc, known);
  }
  return known.ask(subject, body, options, timeoutMs);
}
