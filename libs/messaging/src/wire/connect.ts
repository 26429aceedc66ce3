import { connect } from '@nats-io/transport-node';
import { wsconnect } from '@nats-io/nats-core';
import type { Authenticator, NatsConnection } from '@nats-io/nats-core';
import type { Credentials } from '../crypto/credentials.ts';
import { publicKeyOf, signWithSeed } from '../crypto/nkey.ts';
import { MessagingError } from '../errors.ts';
import { toMessagingError } from './failures.ts';
import { rememberInbox } from './inbox.ts';

export interface WireOptions {
  readonly urls: readonly string[];
  readonly name: string;
  readonly inboxPrefix: string;
  readonly credentials: () => Credentials;
  readonly ca: string | null;
  /** False for a short errand, such as enrolling. */
  readonly reconnect: boolean;
  /** True when a planned reconnect is under way: no waiting then. */
  readonly hurry?: () => boolean;
}

/** Signs the server's nonce with the user's NKey; a bearer JWT (an enrolment token) has no seed and signs nothing. */
function authenticator(credentials: () => Credentials): Authenticator {
  let last: Credentials | undefined;
  return (nonce) => {
    try {
      last = credentials();
    } catch (cause) {
      // An authenticator that throws closes the connection for good; the last known credentials at worst are refused.
      if (last === undefined) throw cause;
    }
    const { jwt, seed } = last;
    if (seed === '') return { jwt, nkey: '', sig: '' };
    return { jwt, nkey: publicKeyOf(seed), sig: signWithSeed(seed, Buffer.from(nonce ?? '')).toString('base64url') };
  };
}

const jittered = (): number => 200 + Math.floor(Math.random() * 1800);

/** Opens a NATS connection that never gives up (unless `reconnect` is false); ws:// and wss:// go by WebSocket. */
export async function openWire(options: WireOptions): Promise<NatsConnection> {
  const webSocket = options.urls.some((url) => url.startsWith('ws'));
  if (webSocket && options.ca !== null) throw new MessagingError('invalid', 'a pinned CA can not be used over WebSocket; use a tls:// address');
  const settings = {
    servers: [...options.urls],
    name: options.name,
    inboxPrefix: options.inboxPrefix,
    authenticator: authenticator(options.credentials),
    reconnect: options.reconnect,
    maxReconnectAttempts: -1,
    // Without it the client gives up for ever after two refusals in a row.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    reconnectDelayHandler: () => (options.hurry?.() === true ? 0 : jittered()),
    pingInterval: 20_000,
    maxPingOut: 2,
    timeout: 10_000,
    ignoreClusterUpdates: true,
    ...(options.ca === null ? {} : { tls: { ca: options.ca } }),
  };
  try {
    return rememberInbox(await (webSocket ? wsconnect(settings) : connect(settings)), options.inboxPrefix);
  } catch (cause) {
    throw toMessagingError(cause, 'connect to the broker');
  }
}
