import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { TestBroker } from '@kanade/messaging/testing';
import type { FleetMessage, FleetRequest, Machine } from './fleet-messages.ts';

type MessageOf<Type extends FleetMessage['type']> = Extract<FleetMessage, { readonly type: Type }>;
type Listeners = { readonly [Type in FleetMessage['type']]: (message: MessageOf<Type>) => void };

/** A part of the fleet, in a process of its own: one may not have as many files open as ten thousand connections take, twice while they reconnect. */
class FleetPart {
  readonly made: Promise<MessageOf<'made'>>;
  readonly connected: Promise<MessageOf<'connected'>>;
  readonly taken: Promise<MessageOf<'taken'>>;
  readonly answered: Promise<MessageOf<'answered'>>;
  readonly ended: Promise<void>;
  readonly #process = fork(join(import.meta.dirname, 'fleet-process.ts'));

  constructor() {
    const made = Promise.withResolvers<MessageOf<'made'>>();
    const connected = Promise.withResolvers<MessageOf<'connected'>>();
    const taken = Promise.withResolvers<MessageOf<'taken'>>();
    const answered = Promise.withResolvers<MessageOf<'answered'>>();
    const listeners: Listeners = { made: made.resolve, connected: connected.resolve, taken: taken.resolve, answered: answered.resolve };
    this.#process.on('message', (message: FleetMessage) => hear(listeners, message));
    const leave = () => this.#process.kill('SIGKILL');
    process.once('exit', leave);
    this.ended = new Promise((resolve) => this.#process.once('exit', () => resolve()));
    const failed = this.ended.then((): never => {
      process.off('exit', leave);
      throw new Error('a part of the fleet ended before it was done');
    });
    this.made = Promise.race([made.promise, failed]);
    this.connected = Promise.race([connected.promise, failed]);
    this.taken = Promise.race([taken.promise, failed]);
    this.answered = Promise.race([answered.promise, failed]);
    // Each of them is awaited when its turn comes; a failure before that is told by the one that is awaited now.
    for (const promise of [this.made, this.connected, this.taken, this.answered]) promise.catch(() => undefined);
  }

  tell(request: FleetRequest): void {
    if (this.#process.connected) this.#process.send(request);
  }
}

function hear(listeners: Listeners, message: FleetMessage): void {
  switch (message.type) {
    case 'made':
      listeners.made(message);
      return;
    case 'connected':
      listeners.connected(message);
      return;
    case 'taken':
      listeners.taken(message);
      return;
    case 'answered':
      listeners.answered(message);
      return;
  }
}

/** Endpoints in several processes, each endpoint with a connection of its own. */
export class Fleet {
  readonly #parts: readonly FleetPart[];

  constructor(processes: number) {
    this.#parts = Array.from({ length: processes }, () => new FleetPart());
  }

  /** Makes the keys of `count` endpoints. */
  async make({ url, keysDir }: TestBroker, count: number): Promise<Machine[]> {
    for (const [index, part] of this.#parts.entries()) {
      const share = Math.floor((count * (index + 1)) / this.#parts.length) - Math.floor((count * index) / this.#parts.length);
      part.tell({ type: 'make', count: share, url, keysDir });
    }
    return (await Promise.all(this.#parts.map(({ made }) => made))).flatMap(({ machines }) => machines);
  }

  /** Resolves when every endpoint is connected and waits for its commands. */
  async connect(): Promise<void> {
    for (const part of this.#parts) part.tell({ type: 'connect' });
    await Promise.all(this.#parts.map(({ connected }) => connected));
  }

  /** Resolves when every endpoint has its command. */
  async taken(): Promise<void> {
    await Promise.all(this.#parts.map(({ taken }) => taken));
  }

  /** All answer at once; resolves when the broker has acknowledged everything: milliseconds of each endpoint, and how often anything was sent again. */
  async answer(): Promise<{ readonly acknowledgedMs: number[]; readonly retries: number }> {
    for (const part of this.#parts) part.tell({ type: 'answer' });
    const answers = await Promise.all(this.#parts.map(({ answered }) => answered));
    return { acknowledgedMs: answers.flatMap(({ acknowledgedMs }) => acknowledgedMs), retries: answers.reduce((sum, { retries }) => sum + retries, 0) };
  }

  async close(): Promise<void> {
    for (const part of this.#parts) part.tell({ type: 'close' });
    await Promise.all(this.#parts.map(({ ended }) => ended));
  }
}
