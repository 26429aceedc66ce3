import type { LiveMessage, LiveRequest, LiveTopic } from '@kanade/contracts';
import WebSocket from 'ws';
import { ofCli } from '../config/of-cli.ts';

/** What a live connection tells its owner. */
export interface LiveListener {
  /** The topic is subscribed; anything that happened before, or while the connection was away, has to be fetched. */
  subscribed(): void;
  message(message: LiveMessage): void;
  /** The backend is out of reach since `since`; another attempt follows by itself. */
  away(since: number): void;
  /** The backend refused the connection for good (signed out). */
  refused(status: number): void;
}

export interface LiveOptions {
  readonly url: string;
  readonly token: string;
  readonly listener: LiveListener;
}

const firstRetryMs = 100;
const longestRetryMs = 5_000;
/** A connection that neither speaks nor answers a ping for this long is torn down. */
const silenceMs = 20_000;

/** A connection to `/api/v1/live` that comes back by itself and subscribes again whenever it does. */
export class LiveConnection {
  readonly #options: LiveOptions;
  #socket: WebSocket | undefined;
  #topic: LiveTopic | undefined;
  #retry: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #attempts = 0;
  #awaySince: number | undefined;
  #closed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#open();
  }

  /** Subscribes one topic, now and after every reconnect. */
  subscribe(topic: LiveTopic): void {
    this.#topic = topic;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#sendSubscription(topic);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#watchdog);
    this.#socket?.terminate();
  }

  #open(): void {
    const url = new URL('/api/v1/live', this.#options.url);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, { headers: { ...ofCli, authorization: `Bearer ${this.#options.token}` } });
    this.#socket = socket;
    socket.on('open', () => this.#opened(socket));
    socket.on('message', (data: Buffer) => this.#received(data));
    // The `close` that follows tells it; an unheard `error` would end the process.
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => {
      const status = response.statusCode ?? 0;
      socket.terminate();
      if (status === 401 || status === 403) {
        this.close();
        this.#options.listener.refused(status);
      }
    });
    socket.on('close', () => this.#lost(socket));
  }

  #opened(socket: WebSocket): void {
    this.#attempts = 0;
    this.#awaySince = undefined;
    this.#watch(socket);
    if (this.#topic) this.#sendSubscription(this.#topic);
  }

  #watch(socket: WebSocket): void {
    let heard = true;
    const hear = () => (heard = true);
    socket.on('message', hear);
    socket.on('pong', hear);
    clearInterval(this.#watchdog);
    this.#watchdog = setInterval(() => {
      if (!heard) socket.terminate();
      heard = false;
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    }, silenceMs / 2);
  }

  #sendSubscription(topic: LiveTopic): void {
    const request: LiveRequest = { type: 'subscribe', id: 'watch', topic };
    this.#socket?.send(JSON.stringify(request));
  }

  #received(data: Buffer): void {
    const message = parseLiveMessage(data.toString('utf8'));
    if (message === undefined) return;
    if (message.type === 'subscribed') this.#options.listener.subscribed();
    else this.#options.listener.message(message);
  }

  #lost(socket: WebSocket): void {
    if (this.#closed || socket !== this.#socket) return;
    clearInterval(this.#watchdog);
    this.#awaySince ??= Date.now();
    this.#options.listener.away(this.#awaySince);
    const delay = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#retry = setTimeout(() => this.#open(), delay / 2 + Math.random() * (delay / 2));
  }
}

function parseLiveMessage(text: string): LiveMessage | undefined {
  const isMessage = (value: unknown): value is LiveMessage => typeof value === 'object' && value !== null && 'type' in value;
  try {
    const value: unknown = JSON.parse(text);
    return isMessage(value) ? value : undefined;
  } catch {
    // A newer backend may send what this client does not know; fetching fills what it would have told.
    return undefined;
  }
}
