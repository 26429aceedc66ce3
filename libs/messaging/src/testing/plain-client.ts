import { MsgHdrsImpl } from '@nats-io/nats-core/internal';
import type { AgentCredentials } from '../agent/types.ts';
import { openWire } from '../wire/connect.ts';
import { exchange } from '../wire/exchange.ts';
import { toHeaders } from '../wire/jetstream.ts';
import { listen } from '../wire/listen.ts';

/** A client that is no agent, with an endpoint's credentials. */
export interface PlainClient {
  publish(subject: string, body: string, headers: Readonly<Record<string, string>>): void;
  /** Publishes a header block of any bytes, which the client library would not write. */
  publishBlock(subject: string, body: string, block: Uint8Array): void;
  /** The same, with an answer: its body as text. */
  requestBlock(subject: string, body: string, block: Uint8Array): Promise<string>;
  /** Answers with nothing but the header block that `block` makes; returns what ends it. */
  answer(subject: string, block: () => Uint8Array): () => void;
  /** Resolves with what was published so far at the broker. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Resolves when the broker has closed the connection. */
  closed(): Promise<void>;
}

class RawHeaders extends MsgHdrsImpl {
  readonly #block: Uint8Array;
  constructor(block: Uint8Array) {
    super();
    this.#block = block;
  }
  override encode(): Uint8Array {
    return this.#block;
  }
}

/** Connects as whoever stole an endpoint's credentials would; it does not come back when it is cut. */
export async function connectAsEndpoint(broker: { readonly url: string }, { endpointId, credentials }: { readonly endpointId: string; readonly credentials: AgentCredentials }): Promise<PlainClient> {
  const nc = await openWire({ urls: [broker.url], name: 'thief', inboxPrefix: `_INBOX.${endpointId}`, credentials: () => credentials, ca: null, reconnect: false });
  return {
    publish: (subject, body, headers) => nc.publish(subject, body, { headers: toHeaders(headers) }),
    publishBlock: (subject, body, block) => nc.publish(subject, body, { headers: new RawHeaders(block) }),
    requestBlock: async (subject, body, block) => Buffer.from((await exchange(nc, subject, body, { headers: new RawHeaders(block) }, 5000)).body).toString(),
    answer: (subject, block) => listen(nc, subject, { onMessage: ({ reply }) => nc.publish(reply, '', { headers: new RawHeaders(block()) }) }),
    flush: () => nc.flush(),
    close: () => nc.close(),
    closed: async () => {
      await nc.closed();
    },
  };
}
