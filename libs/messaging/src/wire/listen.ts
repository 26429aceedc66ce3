import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { MsgImpl } from '@nats-io/nats-core/internal';
import { MessagingError } from '../errors.ts';
import { readHeaders } from './headers.ts';
import type { Headers } from './headers.ts';

/** A message as it came. Its headers are read by us: the client library's own throws on a block it does not like. */
export class Heard {
  readonly #message: MsgImpl;
  readonly subject: string;
  readonly body: Uint8Array;
  /** The bytes of the header block; undefined when there is none. */
  readonly block: Uint8Array | undefined;

  constructor(message: Msg) {
    if (!(message instanceof MsgImpl)) throw new MessagingError('invalid', 'the message is not of the client library this was written for');
    const { hdr } = message._msg;
    this.#message = message;
    this.subject = message.subject;
    this.body = message.data;
    this.block = hdr > 0 ? message._rdata.subarray(0, hdr) : undefined;
  }

  /** Where an answer goes; empty when none is wanted. */
  get reply(): string {
    return this.#message.reply;
  }

  /** The same, as the bytes that came. */
  get replyBytes(): Uint8Array | undefined {
    return this.#message._msg.reply;
  }

  get headers(): Headers {
    return readHeaders(this.block);
  }

  respond(body: Uint8Array | string): void {
    this.#message.respond(body);
  }
}

export interface ListenOptions {
  /** Those who name the same queue share the messages. */
  readonly queue?: string;
  readonly onMessage: (message: Heard) => void;
  /** Why nothing more will come, or what `onMessage` threw; without it a message that cannot be handled is passed over. */
  readonly onError?: (error: Error) => void;
}

/**
 * The one way to subscribe: what a callback throws would end the reading of the whole connection, for good, so nothing it throws gets out
 * of here. Returns what ends it.
 */
export function listen(nc: NatsConnection, subject: string, { queue, onMessage, onError }: ListenOptions): () => void {
  const failed = (cause: unknown): void => {
    try {
      onError?.(cause instanceof Error ? cause : new Error(String(cause)));
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  };
  const subscription = nc.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (error, message) => {
      if (error !== null) {
        failed(error);
        return;
      }
      try {
        onMessage(new Heard(message));
      } catch (cause) {
        failed(cause);
      }
    },
  });
  return () => subscription.unsubscribe();
}
