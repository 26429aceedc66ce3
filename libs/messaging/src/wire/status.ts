import type { NatsConnection } from '@nats-io/nats-core';
import { MessagingError } from '../errors.ts';
import { toMessagingError } from './failures.ts';

/** Who wants to know of a connection's comings and goings; a listener may hear of one reconnect more than once. */
export interface ConnectionWatch {
  readonly connected: () => boolean;
  /** The newest failure the connection met on its own, e.g. a refused sign-in. */
  readonly lastFailure: () => MessagingError | undefined;
  readonly onReconnect: (listener: () => void) => () => void;
  readonly onDisconnect: (listener: () => void) => () => void;
}

function listeners(): { add: (listener: () => void) => () => void; fire: () => void } {
  const all = new Set<() => void>();
  return {
    add: (listener) => {
      all.add(listener);
      return () => void all.delete(listener);
    },
    fire: () => {
      for (const listener of [...all]) listener();
    },
  };
}

/** Follows a connection's status until it is closed. */
export function watchConnection(nc: NatsConnection): ConnectionWatch {
  const reconnects = listeners();
  const disconnects = listeners();
  let connected = true;
  let lastFailure: MessagingError | undefined;
  const follow = async (): Promise<void> => {
    for await (const status of nc.status()) {
      // Failed sign-ins leave as many `reconnect` statuses behind, fired at once: one is enough.
      if (status.type === 'reconnect' && !connected) {
        connected = true;
        reconnects.fire();
      } else if (status.type === 'error') {
        lastFailure = toMessagingError(status.error, 'stay connected');
      } else if (status.type === 'disconnect' || status.type === 'staleConnection') {
        if (connected) {
          connected = false;
          disconnects.fire();
        }
      }
    }
    connected = false;
  };
  void follow();
  const watch: ConnectionWatch = { connected: () => connected && !nc.isClosed(), lastFailure: () => lastFailure, onReconnect: reconnects.add, onDisconnect: disconnects.add };
  watches.set(nc, watch);
  return watch;
}

const watches = new WeakMap<NatsConnection, ConnectionWatch>();

/**
 * Fails at once when the broker is away or goes away: the client sends nothing later that was asked before a disconnect, so waiting for
 * an answer is waiting for the time-out.
 */
export async function whileConnected<Result>(nc: NatsConnection, doing: string, ask: () => Promise<Result>): Promise<Result> {
  const watch = watches.get(nc);
  if (watch === undefined) return ask();
  const away = () => new MessagingError('disconnected', `could not ${doing}: the broker is away`);
  if (!watch.connected()) throw away();
  let forget: (() => void) | undefined;
  try {
    return await Promise.race([
      ask(),
      new Promise<never>((_, reject) => {
        forget = watch.onDisconnect(() => reject(away()));
      }),
    ]);
  } finally {
    forget?.();
  }
}
