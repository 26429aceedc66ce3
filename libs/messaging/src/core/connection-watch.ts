import { listConnections, subscribeConnectionEvents } from './system.ts';
import type { ListedConnection, SystemConnection } from './system.ts';
import type { ConnectionEvent, Stoppable } from './types.ts';

/** The connections of each key, by what the broker tells of their coming and going. What it told while nobody listened is missing. */
export class OpenConnections {
  private readonly byKey = new Map<string, Set<number>>();

  /** One came or went; returns how many of this key there are with that. */
  see({ kind, nkey, connection }: Pick<ConnectionEvent, 'kind' | 'nkey' | 'connection'>): number {
    const known = this.byKey.get(nkey) ?? new Set<number>();
    if (kind === 'connect') known.add(connection);
    else known.delete(connection);
    if (known.size === 0) this.byKey.delete(nkey);
    else this.byKey.set(nkey, known);
    return known.size;
  }

  /** The key has these and no others, as the broker lists them. */
  know(nkey: string, connections: readonly number[]): void {
    if (connections.length === 0) this.byKey.delete(nkey);
    else this.byKey.set(nkey, new Set(connections));
  }

  /** Forgets all, and begins with these. */
  begin(connections: readonly ListedConnection[]): void {
    this.byKey.clear();
    for (const { nkey, connection } of connections) this.see({ kind: 'connect', nkey, connection });
  }

  of(nkey: string): number {
    return this.byKey.get(nkey)?.size ?? 0;
  }

  /** Keys with more than `limit`. */
  beyond(limit: number): string[] {
    return [...this.byKey].filter(([, { size }]) => size > limit).map(([nkey]) => nkey);
  }
}

/** Who has too many connections, as far as the events tell. */
export interface ConnectionCounts extends Stoppable {
  /** How many the key has, asked of the broker: events can be lost. */
  readonly count: (nkey: string) => Promise<number>;
  /** How many the key has as far as the events tell. */
  readonly seen: (nkey: string) => number;
}

/** Calls `exceeded` with the key of every connection by which it has more than `limit`, and with those that have at the start and after reconnects. */
export function watchConnections(system: SystemConnection, limit: number, exceeded: (nkey: string) => void, failed: (error: unknown) => void): ConnectionCounts {
  const open = new OpenConnections();
  const events = subscribeConnectionEvents(system, (event) => {
    if (open.see(event) > limit && event.kind === 'connect') exceeded(event.nkey);
  });
  const begin = async (): Promise<void> => {
    try {
      open.begin(await listConnections(system));
      for (const nkey of open.beyond(limit)) exceeded(nkey);
    } catch (error) {
      failed(error);
    }
  };
  const forget = system.onReconnect(() => void begin());
  void begin();
  return {
    count: async (nkey) => {
      const listed = await listConnections(system, nkey);
      open.know(nkey, listed.map(({ connection }) => connection));
      return listed.length;
    },
    seen: (nkey) => open.of(nkey),
    stop: () => {
      forget();
      events.stop();
    },
  };
}
