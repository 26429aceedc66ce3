import type { AgentConnectOptions, AgentConnection } from './agent/types.ts';
import type { CoreConnectOptions, CoreConnection } from './core/connection.ts';
import type {
  AskOptions, CommandQueue, ConnectionEvent, EnrolCall, EventLog, IdentityStore, LeaseKeeper, LiveHandler, LiveOutputHandler,
  OutputStore, PrivateParts, RenewCall, SnapshotSummary, Stoppable, StreamReaderOptions,
} from './core/types.ts';
import type { StoredMessage } from './wire/message.ts';

const pending = (): never => {
  throw new Error('not built yet');
};

export function openEventLog(_core: CoreConnection): Promise<EventLog> { return pending(); }
export function streamReader(_core: CoreConnection, _options: StreamReaderOptions): AsyncIterable<StoredMessage[]> { return pending(); }
/** Message count, bytes and limits of every stream, for the status page. */
export function streamUsage(_core: CoreConnection): Promise<{ name: string; messages: number; bytes: number; maxBytes: number; firstSequence: number; lastSequence: number }[]> { return pending(); }
export function openCommandQueue(_core: CoreConnection): CommandQueue { return pending(); }
export function openPrivateParts(_core: CoreConnection): PrivateParts { return pending(); }
export function openOutputStore(_core: CoreConnection): OutputStore { return pending(); }
export function openIdentityStore(_core: CoreConnection, _macKey: Uint8Array): IdentityStore { return pending(); }
export function openLeaseKeeper(_core: CoreConnection, _options: { name: string; holder: string; ttlSeconds?: number }): LeaseKeeper { return pending(); }
/** The handler returns the answer's bytes, or undefined to stay silent. */
export function respondEnrol(_core: CoreConnection, _handler: (call: EnrolCall) => Promise<Uint8Array | undefined>): Stoppable { return pending(); }
export function respondRenew(_core: CoreConnection, _handler: (call: RenewCall) => Promise<Uint8Array | undefined>): Stoppable { return pending(); }
export function subscribePresence(_core: CoreConnection, _handler: LiveHandler): Stoppable { return pending(); }
export function subscribeLiveOutput(_core: CoreConnection, _handler: LiveOutputHandler): Stoppable { return pending(); }
/** Undefined when the endpoint is not connected or did not answer in time. */
export function ask(_core: CoreConnection, _options: AskOptions): Promise<Uint8Array | undefined> { return pending(); }

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

/** Opens an enrolment token's connection, asks `kanade.enrol` and returns the raw answer; the body is an enrolRequestSchema as JSON. */
export function enrolWithToken(_token: { urls: readonly string[]; jwt: string; tokenId: string; ca: string | null }, _body: Uint8Array, _timeoutMs?: number): Promise<Uint8Array> { return pending(); }
/** Asks for new JWTs with the renewal JWT, when the agent's own has expired. */
export function renewWithRenewalJwt(_options: AgentConnectOptions, _body: Uint8Array, _timeoutMs?: number): Promise<Uint8Array> { return pending(); }
export function connectAgent(_options: AgentConnectOptions): Promise<AgentConnection> { return pending(); }
