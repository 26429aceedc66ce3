import type { AgentCredentials } from '../agent/types.ts';
import { openWire } from '../wire/connect.ts';
import { toHeaders } from '../wire/jetstream.ts';

/** A client that is no agent, with an endpoint's credentials. */
export interface PlainClient {
  publish(subject: string, body: string, headers: Readonly<Record<string, string>>): void;
  /** Resolves when the broker has closed the connection. */
  closed(): Promise<void>;
}

/** Connects as whoever stole an endpoint's credentials would; it does not come back when it is cut. */
export async function connectAsEndpoint(broker: { readonly url: string }, { endpointId, credentials }: { readonly endpointId: string; readonly credentials: AgentCredentials }): Promise<PlainClient> {
  const nc = await openWire({ urls: [broker.url], name: 'thief', inboxPrefix: `_INBOX.${endpointId}`, credentials: () => credentials, ca: null, reconnect: false });
  return {
    publish: (subject, body, headers) => nc.publish(subject, body, { headers: toHeaders(headers) }),
    closed: async () => {
      await nc.closed();
    },
  };
}
