import type { AgentAppendResult, OutgoingMessage, OutputChunk, StoredMessage } from '@kanade/messaging';
import type { ChainPlace } from './event-outbox.ts';
import type { EventTransport } from './event-sender.ts';
import { placeOf } from './judge.ts';

/** One endpoint's subject as the broker keeps it, with the accidents that happen on the way. */
export class History implements EventTransport {
  events: StoredMessage[] = [];
  /** Events that lie in an archive, and no longer in the stream. */
  archived: StoredMessage[] = [];
  /** The backend answers, and can say where the chain ends. */
  backendAnswers = true;
  chunks = new Map<string, OutputChunk>();
  appends: number[] = [];
  /** Stores, and then says nothing: the acknowledgement is lost. */
  loseNextAcknowledgement = false;
  refuseBatches = false;
  away = false;
  #next = 100;
  readonly #subject: string;

  constructor(subject: string) {
    this.#subject = subject;
  }

  get bodies(): string[] {
    return this.events.map(({ body }) => Buffer.from(body).toString());
  }

  /** The stream drops all it has, which was archived. */
  archive(): void {
    this.archived.push(...this.events.splice(0));
  }

  readChainEnd(): Promise<ChainPlace | null | undefined> {
    const end = [...this.archived, ...this.events].at(-1);
    return Promise.resolve(this.backendAnswers ? (end && placeOf(end)) ?? null : undefined);
  }

  /** Another machine with this endpoint's key, or an older backup of this one. */
  store(message: OutgoingMessage): void {
    this.events.push({ ...message, sequence: this.#next, subject: this.#subject, recordedAt: 0 });
    this.#next += 3;
  }

  appendEvents(entries: readonly OutgoingMessage[], expected: number): Promise<AgentAppendResult> {
    if (this.away) return Promise.reject(new Error('away'));
    if (this.refuseBatches && entries.length > 1) return Promise.reject(new Error('too many batches'));
    const last = this.events.at(-1);
    if ((last?.sequence ?? 0) !== expected) return Promise.resolve({ outcome: 'conflict', last });
    this.appends.push(entries.length);
    for (const [index, entry] of entries.entries()) {
      this.events.push({ ...entry, sequence: this.#next + index, subject: this.#subject, recordedAt: 0 });
    }
    this.#next += entries.length + 2;
    if (this.loseNextAcknowledgement) {
      this.loseNextAcknowledgement = false;
      return Promise.reject(new Error('timeout'));
    }
    return Promise.resolve({ outcome: 'stored', lastSequence: this.events.at(-1)?.sequence ?? 0 });
  }

  readLastEvent(): Promise<StoredMessage | undefined> {
    return this.away ? Promise.reject(new Error('away')) : Promise.resolve(this.events.at(-1));
  }

  publishOutput(chunk: OutputChunk): Promise<void> {
    if (this.away) return Promise.reject(new Error('away'));
    this.chunks.set(`${chunk.runId}/${chunk.stream}/${chunk.chunk}`, chunk);
    return Promise.resolve();
  }
}
