import type { LiveMessageIn, OutgoingMessage, StoredMessage } from '../wire/message.ts';
import type { MessagingError } from '../errors.ts';
import type { Stoppable } from '../core/types.ts';

export interface AgentCredentials {
  readonly jwt: string;
  readonly seed: string;
}

export interface AgentConnectOptions {
  /** nats://, tls://, ws:// or wss:// addresses, tried in turn. */
  readonly urls: readonly string[];
  /** Asked at every (re)connect, synchronously: the newest JWT must be at hand; when it throws, the last known credentials are used. */
  readonly credentials: () => AgentCredentials;
  readonly endpointId: string;
  /** PEM of the pinned CA; null only where the broker is on loopback. */
  readonly ca: string | null;
}

/** All stored; or somebody else wrote to this endpoint's subject: `last` is that foreign (or older) event. */
export type AgentAppendResult =
  | { readonly outcome: 'stored'; readonly lastSequence: number }
  | { readonly outcome: 'conflict'; readonly last: StoredMessage | undefined };

export interface CommandMessage extends StoredMessage {
  /** Tells the broker the ledger has it. */
  ack(): void;
  /** Commands still waiting behind this one. */
  readonly pending: number;
}

export interface CommandHandlers {
  /** One after the other; a rejection leaves the command un-acked, to be delivered again. */
  onCommand(message: CommandMessage): Promise<void>;
  /** After every connect, once nothing is pending any more: what is known may start. Called again whenever the queue runs empty. */
  onDrained?(): void;
  /** Told what `onCommand` rejected with. */
  onFailure?(error: unknown): void;
}

export interface OutputChunk {
  readonly runId: string;
  readonly stream: 'stdout' | 'stderr';
  /** From 0. */
  readonly chunk: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface AgentConnection {
  readonly endpointId: string;
  readonly connected: boolean;
  /** Why it is not connected, as far as known; `denied` when the broker refuses the credentials. */
  readonly lastFailure: MessagingError | undefined;
  /** Called on the first connect and on every one after it (at once when connected now); returns a function that stops it. */
  onConnect(listener: () => void): () => void;
  onDisconnect(listener: () => void): () => void;
  /** Appends to the own event subject, in order; reads back after a lost acknowledgement. */
  appendEvents(entries: readonly OutgoingMessage[], expectedLastSequence: number): Promise<AgentAppendResult>;
  readLastEvent(): Promise<StoredMessage | undefined>;
  /** What lies in the place of the own desired state; undefined while nothing does. */
  readDesired(): Promise<StoredMessage | undefined>;
  /** Stored, or was stored already. */
  publishOutput(chunk: OutputChunk): Promise<void>;
  /** Not acknowledged: a lost sample is a lost sample. */
  publishSample(body: Uint8Array): void;
  publishBeat(body: Uint8Array): void;
  publishLive(runId: string, stream: 'stdout' | 'stderr', headers: Readonly<Record<string, string>>, body: Uint8Array): void;
  consumeCommands(handlers: CommandHandlers): Stoppable;
  /** Answers asks; `undefined` answers nothing. */
  answerAsks(handler: (question: string, message: LiveMessageIn) => Promise<Uint8Array | undefined>): Stoppable;
  renew(body: Uint8Array, timeoutMs?: number): Promise<Uint8Array>;
  /** Drops the connection and makes it again at once, with fresh credentials. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}
