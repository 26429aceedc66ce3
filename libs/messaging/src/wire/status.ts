import type { NatsConnection } from '@nats-io/nats-core';

/** Who wants to know of a connection's comings and goings; a listener may hear of one reconnect more than once. */
export interface ConnectionWatch {
  readonly connected: () => boolean;
  onReconnect(listener: () => void): () => void;
  onDisconnect(listener: () => void): () => void;
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
  const follow = async (): Promise<void> => {
    for await (const status of nc.status()) {
      // Failed sign-ins leave as many `reconnect` statuses behind, fired at once: one is enough.
      if (status.type === 'reconnect' && !connected) {
        connected = true;
        reconnects.fire();
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
  return { connected: () => connected && !nc.isClosed(), onReconnect: reconnects.add, onDisconnect: disconnects.add };
}
