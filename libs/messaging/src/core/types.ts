import type { LiveMessageIn, OutgoingMessage, StoredMessage } from '../wire/message.ts';

/** One event to append: `expectedLastSequence` is its subject's last sequence as the writer knows it, 0 for none. */
export interface AppendEntry extends OutgoingMessage {
  readonly subject: string;
  /** Ignored for a second entry of the same subject in one append: it follows the first. */
  readonly expectedLastSequence: number;
}

/** Stored, with one sequence per entry in their order; or nothing stored (of the refused batch), and what the subject's last sequence is. */
export type AppendResult =
  | { readonly outcome: 'stored'; readonly sequences: number[] }
  | { readonly outcome: 'conflict'; readonly subject: string; readonly lastSequence: number };

/** Sequences from `first` to `last`, both included. */
export interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

/** What the stream of the record has, and what it should have and has not. */
export interface RecordExtent {
  /** Sequence of its oldest event; one behind `last` when it has none. */
  readonly first: number;
  /** Sequence of its newest event, also if that one is gone; 0 when there never was one. */
  readonly last: number;
  /** The last sequence that was dropped on purpose, 0 when none was. */
  readonly droppedThrough: number;
  /** As many events of the subject that was asked about it believes to have, 0 when none was; it may believe so of one it cannot read. */
  readonly ofSubject: number;
  /** What is not in it, as far as it knows: what lies before `first`, and holes behind it; in order. */
  readonly absent: readonly SequenceRange[];
}

/** KANADE_EVENTS, the record. */
export interface EventLog {
  /** 8 hex digits naming this history; another one after a restore. */
  readonly incarnation: string;
  /** The last sequence of the backup this history was restored from, of the oldest if there were several; null when it never was. */
  readonly restoredAt: number | null;
  /** The history this one goes on from, and up to where the two are one; null for one that began by itself. */
  readonly continues: { readonly incarnation: string; readonly sequence: number } | null;
  /** Sequence of the newest event, 0 when there is none. */
  lastSequence(): Promise<number>;
  /** Sequence of the oldest event the stream has; one behind the newest when it has none. */
  firstSequence(): Promise<number>;
  /** What the stream has, and what it has not, by its own account: no event is read. */
  extent(subject?: string): Promise<RecordExtent>;
  /** Appends all entries atomically (per 1,000), reading back after a lost acknowledgement; throws MessagingError. */
  append(entries: readonly AppendEntry[]): Promise<AppendResult>;
  /** The newest event of one subject. */
  readLast(subject: string): Promise<StoredMessage | undefined>;
  /** The event at one sequence. */
  get(sequence: number): Promise<StoredMessage | undefined>;
  /** All events of one subject, oldest first. */
  readSubject(subject: string): Promise<StoredMessage[]>;
  /** Events from `from` to `to` (both inclusive; `to` defaults to the last), in batches of at most 1,000. */
  read(range: { readonly from: number; readonly to?: number }): AsyncIterable<StoredMessage[]>;
}

export interface StreamReaderOptions {
  readonly stream: string;
  /** First sequence wanted, from 1. */
  readonly fromSequence: number;
  readonly signal: AbortSignal;
  /** A missing sequence is damage and throws LogDamagedError. Default: true for KANADE_EVENTS, whose messages are never deleted. */
  readonly contiguous?: boolean;
  /** Largest batch, default 1,000. */
  readonly batchSize?: number;
}

/** One command to queue; `messageId` makes a repetition within two minutes harmless. */
export interface CommandToPublish extends OutgoingMessage {
  readonly endpointId: string;
  /** Whole seconds, at least 1. */
  readonly ttlSeconds: number;
  readonly messageId: string;
}

/** KANADE_COMMANDS: one queue per endpoint. */
export interface CommandQueue {
  /** Queues all, in order; one stream sequence per command. */
  publish(commands: readonly CommandToPublish[]): Promise<number[]>;
  /** Takes commands out of the queue; true for each that was still there. */
  delete(sequences: readonly number[]): Promise<boolean[]>;
  get(sequence: number): Promise<StoredMessage | undefined>;
  /** Makes the endpoint's durable consumer unless it is there. */
  ensureConsumer(endpointId: string): Promise<void>;
  /** Makes all that are missing; returns how many those were. */
  ensureConsumers(endpointIds: readonly string[]): Promise<number>;
  /** Endpoint ids that have a consumer. */
  listConsumers(): Promise<string[]>;
}

/** KANADE_PRIVATE: erasable bytes an event's `privatedigest` speaks of. */
export interface PrivateParts {
  /** Stores once; the same bytes again are fine, others are `refused`. */
  put(subject: string, body: Uint8Array): Promise<void>;
  /** Undefined once erased. */
  get(subject: string): Promise<Uint8Array | undefined>;
  /** True when there was something to erase. */
  erase(subject: string): Promise<boolean>;
  /** Erases an endpoint's own, recorded until then (Unix ms); returns how many there were. */
  eraseOf(endpointId: string, until: number): Promise<number>;
}

/** KANADE_METRICS, as far as the backend may write to it. */
export interface Samples {
  /** Erases an endpoint's, recorded until then (Unix ms); returns how many there were. */
  eraseOf(endpointId: string, until: number): Promise<number>;
}

/** KANADE_OUTPUT, read and erased by the backend. */
export interface OutputStore {
  /** The stored chunks of one stream of a run, in order. */
  read(endpointId: string, runId: string, stream: 'stdout' | 'stderr'): AsyncIterable<StoredMessage>;
  get(sequence: number): Promise<StoredMessage | undefined>;
  /** Erases one stream of a run; returns how many chunks there were. */
  eraseRun(endpointId: string, runId: string, stream: 'stdout' | 'stderr'): Promise<number>;
}

/** A record whose MAC was checked; `revision` is what an update must name. */
export interface IdentityRecord {
  readonly key: string;
  readonly value: unknown;
  readonly revision: number;
}

/** `kanade_identity`: accounts, tokens, sessions, as JSON, each MACed under a key that is not in the broker. */
export interface IdentityStore {
  /** Throws `tampered` when the record was not written by a holder of the MAC key. */
  get(key: string): Promise<IdentityRecord | undefined>;
  /** The new revision, or `undefined` when the key exists. The broker drops the record after `ttlSeconds`, where given. */
  create(key: string, value: unknown, ttlSeconds?: number): Promise<number | undefined>;
  /** The new revision, or `undefined` when `revision` is not the newest. Kept for ever unless given `ttlSeconds` anew. */
  update(key: string, value: unknown, revision: number, ttlSeconds?: number): Promise<number | undefined>;
  delete(key: string): Promise<void>;
  /** All records whose key starts with `prefix.`; altered ones are named in `tampered`. */
  list(prefix: string): Promise<{ readonly records: IdentityRecord[]; readonly tampered: string[] }>;
}

/** A held lease; `fence` grows with every holder. */
export interface Lease {
  readonly fence: number;
  /** False from the moment the holder can no longer be sure. */
  readonly held: boolean;
  /** Aborts when the lease is lost or released. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

export interface LeaseKeeper {
  /** Waits until the lease is ours; the same holder name takes over its own lease at once. */
  acquire(signal: AbortSignal): Promise<Lease>;
  /** Who holds it now, ourselves included; `undefined` when nobody does. */
  holder(): Promise<string | undefined>;
}

/** What a responder is told about who asks: written by the broker, not by the asker. */
export interface RequestIdentity {
  /** The name in the asker's JWT: an endpoint id or an enrolment token's id. */
  readonly name: string;
  /** The asker's public NKey. */
  readonly userNkey: string;
  /** Public key of the scoped signing key that issued the asker's JWT. */
  readonly issuerKey: string;
  /** The address the asker connected from. */
  readonly host: string;
}

export interface EnrolCall {
  readonly tokenId: string;
  readonly identity: RequestIdentity;
  readonly body: Uint8Array;
}
export interface RenewCall {
  readonly endpointId: string;
  readonly userNkey: string;
  readonly identity: RequestIdentity;
  readonly body: Uint8Array;
}

/** A subscription or responder; `stop` ends it. */
export interface Stoppable {
  readonly stop: () => void;
}

/** A connect or disconnect of an endpoint, as the broker itself tells it. */
export interface ConnectionEvent {
  readonly kind: 'connect' | 'disconnect';
  readonly nkey: string;
  /** The broker's number of the connection, its own until the broker starts anew. */
  readonly connection: number;
  /** Server's words, such as `Client Closed` or `Authentication Expired`; null for a connect. */
  readonly reason: string | null;
  /** Unix ms, the broker's clock. */
  readonly at: number;
}

export type LiveHandler = (endpointId: string, message: LiveMessageIn) => void;
export type LiveOutputHandler = (from: { endpointId: string; runId: string; stream: 'stdout' | 'stderr' }, message: LiveMessageIn) => void;

export interface AskOptions extends OutgoingMessage {
  readonly endpointId: string;
  /** The last token of the ask subject, e.g. `ping`. */
  readonly question: string;
  readonly timeoutMs: number;
}

/** What a snapshot or restore moved. */
export interface SnapshotSummary {
  readonly stream: string;
  readonly messages: number;
  readonly lastSequence: number;
  readonly bytes: number;
  readonly sha256: string;
}
