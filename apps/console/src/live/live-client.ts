import type { LiveMessage, LiveRequest, LiveTopic } from '../api/types.ts';

/** `waiting`: the connection was lost or refused and is tried again. */
export type LiveStatus = 'idle' | 'connecting' | 'open' | 'waiting';

/** What is used of a WebSocket. */
export interface LiveSocket {
  readonly send: (data: string) => void;
  readonly close: () => void;
}

/** What is heard of it; `closed` stands for a failed attempt, too. */
export interface LiveHandlers {
  readonly opened: () => void;
  readonly closed: () => void;
  readonly received: (data: unknown) => void;
}

interface Ports {
  readonly open: (handlers: LiveHandlers) => LiveSocket;
  /** 0 to 1; spreads the reconnects of many consoles. */
  readonly random: () => number;
}

const messageTypes = {
  subscribed: true, error: true, changed: true, run: true, rebuilt: true, output: true, presence: true, performance: true,
} satisfies Record<LiveMessage['type'], true>;

/** The server is our own and of the same version; what is checked is only that this is one of its messages. */
function isLiveMessage(value: unknown): value is LiveMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && Object.hasOwn(messageTypes, value.type);
}

/** Milliseconds before the next attempt: doubling from half a second to fifteen, with up to half of it taken off at random. */
export function reconnectDelay(attempt: number, random: number): number {
  return Math.min(500 * 2 ** attempt, 15_000) * (1 - random / 2);
}

/** One WebSocket for the whole console: topics are counted, re-asked after every reconnect, and never lost in silence. */
export class LiveClient {
  readonly #ports: Ports;
  readonly #topics = new Map<string, { readonly id: string; readonly topic: LiveTopic; users: number }>();
  readonly #messageListeners = new Set<(message: LiveMessage) => void>();
  readonly #statusListeners = new Set<() => void>();
  readonly #reconnectListeners = new Set<() => void>();
  #socket: LiveSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #status: LiveStatus = 'idle';
  #attempt = 0;
  #interrupted = false;
  #nextId = 1;
  #generation = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  readonly getStatus = (): LiveStatus => this.#status;

  start(): void {
    if (this.#status === 'idle') this.#connect('connecting');
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abandon();
    this.#attempt = 0;
    this.#interrupted = false;
    this.#setStatus('idle');
  }

  /** Ends a wait early: the network came back, or somebody looks at the page again. */
  retryNow(): void {
    if (this.#status !== 'waiting') return;
    clearTimeout(this.#timer);
    this.#connect('waiting');
  }

  subscribe(topic: LiveTopic): () => void {
    const key = JSON.stringify(topic);
    const known = this.#topics.get(key);
    if (known) known.users += 1;
    else {
      const entry = { id: `t${this.#nextId}`, topic, users: 1 };
      this.#nextId += 1;
      this.#topics.set(key, entry);
      this.#send({ type: 'subscribe', id: entry.id, topic });
    }
    return () => {
      this.#release(key);
    };
  }

  onMessage(listener: (message: LiveMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  /** Called after every connection that followed a loss: whatever is shown may be out of date. */
  onReconnect(listener: () => void): () => void {
    this.#reconnectListeners.add(listener);
    return () => this.#reconnectListeners.delete(listener);
  }

  readonly onStatus = (listener: () => void): (() => void) => {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  };

  #release(key: string): void {
    const entry = this.#topics.get(key);
    if (!entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#topics.delete(key);
    this.#send({ type: 'unsubscribe', id: entry.id });
  }

  #connect(status: 'connecting' | 'waiting'): void {
    this.#abandon();
    this.#setStatus(status);
    this.#generation += 1;
    const generation = this.#generation;
    // A socket that was let go may still have something to say; nobody listens any more.
    const current = (act: () => void) => {
      if (generation === this.#generation) act();
    };
    this.#socket = this.#ports.open({
      opened: () => {
        current(() => {
          this.#opened();
        });
      },
      closed: () => {
        current(() => {
          this.#closed();
        });
      },
      received: (data) => {
        current(() => {
          this.#receive(data);
        });
      },
    });
  }

  #opened(): void {
    this.#attempt = 0;
    this.#setStatus('open');
    for (const { id, topic } of this.#topics.values()) this.#send({ type: 'subscribe', id, topic });
    if (!this.#interrupted) return;
    this.#interrupted = false;
    for (const listener of this.#reconnectListeners) listener();
  }

  #closed(): void {
    this.#socket = undefined;
    this.#interrupted = true;
    const delay = reconnectDelay(this.#attempt, this.#ports.random());
    this.#attempt += 1;
    this.#timer = setTimeout(() => {
      this.#connect('waiting');
    }, delay);
    this.#setStatus('waiting');
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') return;
    const message: unknown = JSON.parse(data);
    if (!isLiveMessage(message)) return;
    for (const listener of this.#messageListeners) listener(message);
  }

  #send(request: LiveRequest): void {
    if (this.#status === 'open') this.#socket?.send(JSON.stringify(request));
  }

  /** Lets go of a socket without hearing of it again. */
  #abandon(): void {
    this.#generation += 1;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #setStatus(status: LiveStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener();
  }
}
