import type { CoreConnectOptions, CoreConnection } from './core/connection.ts';
import type { ConnectionEvent, IdentityStore, LeaseKeeper, SnapshotSummary, Stoppable } from './core/types.ts';

const pending = (): never => {
  throw new Error('not built yet');
};

/** Message count, bytes and limits of every stream, for the status page. */
export function streamUsage(_core: CoreConnection): Promise<{ name: string; messages: number; bytes: number; maxBytes: number; firstSequence: number; lastSequence: number }[]> { return pending(); }
export function openIdentityStore(_core: CoreConnection, _macKey: Uint8Array): IdentityStore { return pending(); }
export function openLeaseKeeper(_core: CoreConnection, _options: { name: string; holder: string; ttlSeconds?: number }): LeaseKeeper { return pending(); }

/** The system account's connection: who is connected, told by the broker. */
export interface SystemConnection {
  readonly connected: boolean;
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
}
export function connectSystem(_options: CoreConnectOptions): Promise<SystemConnection> { return pending(); }
export function subscribeConnectionEvents(_system: SystemConnection, _handler: (event: ConnectionEvent) => void): Stoppable { return pending(); }
/** Public NKeys of the endpoints connected now; ask it after every reconnect, as events of the time between are lost. */
export function listConnectedNkeys(_system: SystemConnection): Promise<Set<string>> { return pending(); }

export function snapshotStream(_admin: CoreConnection, _stream: string, _file: string): Promise<SnapshotSummary> { return pending(); }
/** Restores into a broker that lacks the stream; KANADE_EVENTS gets a new incarnation. */
export function restoreStream(_admin: CoreConnection, _stream: string, _file: string): Promise<SnapshotSummary> { return pending(); }

