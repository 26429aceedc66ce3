import { liveRequestSchema } from '@kanade/contracts';
import type { LiveMessage, LiveRequest, LiveTopic, Sites } from '@kanade/contracts';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { readJson } from '../endpoints/read-json.ts';
import type { LiveHub, Watcher } from './live-hub.ts';

/** What may wait to be sent to one client, in bytes, before it is dropped: it fetches what it missed when it comes back. */
const mostWaiting = 4 * 1024 * 1024;
const mostTopics = 50;

/** Close codes of this protocol, beside the standard ones. */
export const closeCodes = { tooSlow: 4408, notSignedIn: 4401, goingAway: 1001 } as const;

/** One client of `/api/v1/live`. */
export class LiveSocket implements Watcher {
  readonly topics = new Map<string, LiveTopic>();
  private alive = true;

  constructor(
    private readonly socket: WebSocket,
    private readonly hub: LiveHub,
    /** Those they may see by now: grants change while somebody watches. */
    public sites: Sites,
  ) {
    hub.add(this);
    socket.on('message', (data, binary) => this.receive(data, binary));
    socket.on('pong', () => (this.alive = true));
    socket.on('close', () => hub.remove(this));
    // A client that breaks off is gone, and that is all there is to it.
    socket.on('error', () => socket.terminate());
  }

  send(message: LiveMessage): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > mostWaiting) {
      this.socket.close(closeCodes.tooSlow, 'too slow: connect again and fetch what you missed');
      this.hub.remove(this);
      return;
    }
    this.socket.send(JSON.stringify(message));
  }

  /** Ends the connection of somebody who is not signed in any more. */
  signOut(): void {
    this.hub.remove(this);
    this.socket.close(closeCodes.notSignedIn, 'signed out: sign in again');
  }

  /** Asks for a sign of life; a client that gave none since the last time is dropped. */
  heartbeat(): void {
    if (!this.alive) {
      this.socket.terminate();
      return;
    }
    this.alive = false;
    this.socket.ping();
  }

  private receive(data: RawData, binary: boolean): void {
    const text = Buffer.isBuffer(data) ? data.toString() : Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString();
    const request = liveRequestSchema.safeParse(binary ? undefined : readJson(text));
    if (!request.success) {
      const [issue] = request.error.issues;
      this.send({ type: 'error', id: null, code: 'invalid-request', message: `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not understood'}`.trim() });
      return;
    }
    this.obey(request.data);
  }

  private obey(request: LiveRequest): void {
    if (request.type === 'unsubscribe') {
      this.topics.delete(request.id);
      this.hub.topicsChanged();
      return;
    }
    if (!this.topics.has(request.id) && this.topics.size >= mostTopics) {
      this.send({ type: 'error', id: request.id, code: 'too-many-attempts', message: `one connection may watch ${mostTopics} topics` });
      return;
    }
    const position = this.hub.position();
    if (position === undefined) {
      this.send({ type: 'error', id: request.id, code: 'read-behind', message: 'the read model is not open yet; try again in a moment' });
      return;
    }
    this.topics.set(request.id, request.topic);
    this.hub.topicsChanged();
    this.send({ type: 'subscribed', id: request.id, position });
  }
}
