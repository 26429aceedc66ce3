import type { NatsConnection } from '@nats-io/nats-core';
import { readCreds } from '../crypto/credentials.ts';
import { readJwt } from '../crypto/jwt.ts';
import { readPrivateFile } from '../crypto/private-files.ts';
import { MessagingError } from '../errors.ts';
import { openWire } from '../wire/connect.ts';
import { toMessagingError } from '../wire/failures.ts';
import { watchConnection } from '../wire/status.ts';

/** A connection of the CORE account. */
export interface CoreConnection {
  readonly connected: boolean;
  /** The name in the credential's JWT, e.g. `backend`. */
  readonly user: string;
  /** Called after every reconnect; returns a function that stops it. */
  onReconnect(listener: () => void): () => void;
  onDisconnect(listener: () => void): () => void;
  /** Round trip to the broker, ms; throws when it is away. */
  ping(): Promise<number>;
  close(): Promise<void>;
}
export interface CoreConnectOptions {
  readonly url: string;
  readonly credsFile: string;
  /** Shown in the broker's connection list. */
  readonly name: string;
  /** PEM of the CA to trust; absent where the broker is on loopback without TLS. */
  readonly ca?: string | null;
}

// The NATS client stays inside this package: others hold the connection, and only our functions can look into it.
const wires = new WeakMap<object, NatsConnection>();

/** The NATS connection behind one of ours. */
export function wireOf(connection: object): NatsConnection {
  const wire = wires.get(connection);
  if (wire === undefined) throw new MessagingError('invalid', 'this connection was not made by @kanade/messaging');
  return wire;
}

/** Lets wireOf find the NATS connection behind `connection`. */
export function holdWire<Connection extends object>(connection: Connection, wire: NatsConnection): Connection {
  wires.set(connection, wire);
  return connection;
}

/** Opens a connection with a `.creds` file (0600); it reconnects for ever once made, and throws when it can not be made. */
export async function connectCore(options: CoreConnectOptions): Promise<CoreConnection> {
  const user = readJwt(readCreds(readPrivateFile(options.credsFile)).jwt).name;
  const nc = await openWire({
    urls: [options.url],
    name: options.name,
    inboxPrefix: `_INBOX.${user}`,
    // Read anew each time: a rotated credential counts from the next reconnect on.
    credentials: () => readCreds(readPrivateFile(options.credsFile)),
    ca: options.ca ?? null,
    reconnect: true,
  });
  const watch = watchConnection(nc);
  const connection: CoreConnection = {
    get connected() {
      return watch.connected();
    },
    user,
    onReconnect: watch.onReconnect,
    onDisconnect: watch.onDisconnect,
    ping: async () => {
      if (!watch.connected()) throw new MessagingError('disconnected', 'the broker is away');
      const started = performance.now();
      await nc.flush().catch((cause: unknown) => {
        throw toMessagingError(cause, 'reach the broker');
      });
      return performance.now() - started;
    },
    close: () => nc.close(),
  };
  return holdWire(connection, nc);
}
