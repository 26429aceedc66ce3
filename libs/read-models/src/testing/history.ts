import { createHash } from 'node:crypto';
import { chainStart, chainText, headers as names, subjects } from '@kanade/contracts';
import type { ControlAggregate, Interface, OutputStream } from '@kanade/contracts';
import type { EventMap, EventType } from '../fold/events.ts';
import type { StoredMessage } from '../fold/message.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

type EndpointType = Extract<EventType, `kanade.${'agent' | 'run' | 'command' | 'inventory' | 'desired'}.${string}`>;
type ControlType = Exclude<EventType, EndpointType>;

interface Attributes {
  readonly correlationid?: string;
  readonly principal?: string;
  readonly privatedigest?: string;
  readonly remoteaddress?: string;
  readonly interface?: Interface;
}

/** Makes the messages of a history, as the streams would hold them: sequences, chains and digests fit, times go on by 10 ms a message unless told otherwise. */
export class TestHistory {
  readonly startedAt: number;
  private readonly name: string;
  private readonly stepMs: number;
  readonly events: StoredMessage[] = [];
  readonly output: StoredMessage[] = [];
  readonly private: StoredMessage[] = [];
  readonly metrics: StoredMessage[] = [];
  private readonly chains = new Map<string, { epoch: number; sequence: number; hash: string }>();
  private count = 0;

  /** `name` begins the ids of its events: those of two histories in one broker must differ. `stepMs` goes by from one message to the next. */
  constructor(startedAt = Date.parse('2026-01-31T12:00:00.000Z'), name = 'event', stepMs = 10) {
    this.startedAt = startedAt;
    this.name = name;
    this.stepMs = stepMs;
  }

  private next(): number {
    this.count += 1;
    return this.startedAt + this.count * this.stepMs;
  }

  /** Time goes by in which nothing is recorded. */
  pass(ms: number): void {
    this.count += Math.ceil(ms / this.stepMs);
  }

  private store(into: StoredMessage[], subject: string, body: Uint8Array, headers: Readonly<Record<string, string>>): StoredMessage {
    const message = { sequence: (into.at(-1)?.sequence ?? 0) + 1, subject, recordedAt: this.next(), headers, body };
    into.push(message);
    return message;
  }

  private envelope(source: string, type: string, data: unknown, attributes: Attributes): Buffer {
    const id = this.nextEventId;
    const time = new Date(this.startedAt + (this.count + 1) * this.stepMs).toISOString();
    return Buffer.from(JSON.stringify({ specversion: '1.0', id, source, type, time, ...attributes, data }));
  }

  /** An event of the backend. */
  control<Type extends ControlType>(aggregate: ControlAggregate, id: string, type: Type, data: EventMap[Type]['data'], attributes: Attributes = {}): StoredMessage {
    const body = this.envelope(`control/${aggregate}/${id}`, type, data, { principal: 'system', ...attributes });
    return this.store(this.events, subjects.controlEvents(aggregate, id), body, {});
  }

  /** An event of an endpoint, linked to the one before. */
  endpoint<Type extends EndpointType>(endpointId: string, type: Type, data: EventMap[Type]['data'], attributes: Attributes = {}): StoredMessage {
    return this.raw(endpointId, this.envelope(`endpoint/${endpointId}`, type, data, attributes));
  }

  /** Any bytes on an endpoint's subject, linked to the event before. */
  raw(endpointId: string, body: Uint8Array, extra: Readonly<Record<string, string>> = {}): StoredMessage {
    const subject = subjects.endpointEvents(endpointId);
    const known = this.chains.get(endpointId) ?? { epoch: 1, sequence: 0, hash: chainStart };
    const link = { subject, epoch: known.epoch, sequence: known.sequence + 1, previous: known.hash, bodyDigest: sha256(body) };
    this.chains.set(endpointId, { epoch: link.epoch, sequence: link.sequence, hash: sha256(chainText(link)) });
    const headers = { [names.epoch]: String(link.epoch), [names.sequence]: String(link.sequence), [names.previous]: link.previous, ...extra };
    return this.store(this.events, subject, body, headers);
  }

  /** The endpoint begins a new epoch with its next event. */
  openEpoch(endpointId: string): void {
    this.chains.set(endpointId, { epoch: (this.chains.get(endpointId)?.epoch ?? 0) + 1, sequence: 0, hash: chainStart });
  }

  /** Any bytes on any subject of the event stream. */
  foreign(subject: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): StoredMessage {
    return this.store(this.events, subject, body, headers);
  }

  chunk(place: { endpointId: string; runId: string; stream: OutputStream; chunk: number; offset: number }, bytes: Uint8Array | string): StoredMessage {
    const subject = subjects.output(place.endpointId, place.runId, place.stream, place.chunk);
    return this.store(this.output, subject, Buffer.from(bytes), { [names.offset]: String(place.offset), [names.salt]: '0'.repeat(32) });
  }

  part(eventId: string, bytes: Uint8Array | string): StoredMessage {
    return this.store(this.private, subjects.controlPrivate(eventId), Buffer.from(bytes), {});
  }

  sample(endpointId: string, body: unknown): StoredMessage {
    return this.store(this.metrics, subjects.metrics(endpointId), Buffer.from(JSON.stringify(body)), {});
  }

  /** The id that the next event will have, for what must be stored before it. */
  get nextEventId(): string {
    return `${this.name}-${this.events.length + 1}`;
  }

  get batches() {
    return { events: this.events, output: this.output, private: this.private, metrics: this.metrics };
  }
}
