import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { fastifyCookie } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import { WebSocketServer } from 'ws';
import { Authenticator } from '../accounts/authenticator.ts';
import { sessionCookieName } from '../accounts/session-cookie.ts';
import { Clock } from '../clock.ts';
import { bearerToken } from '../http/bearer.ts';
import { toDomainError, toProblem } from '../http/problem.filter.ts';
import type { Identity } from '../http/request-context.ts';
import { checkSameOrigin } from '../http/same-origin.ts';
import { DomainError } from '../domain-error.ts';
import { Log } from '../log.ts';
import { LiveHub } from './live-hub.ts';
import { closeCodes, LiveSocket } from './live-socket.ts';

const path = '/api/v1/live';
const heartbeatMs = 20_000;
/** How often it is asked whether a client's session or token still counts. */
const recheckMs = 3000;
const mostClients = 1000;

/** The WebSocket side of the HTTP port. */
@Injectable()
export class LiveServer {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  private readonly sockets = new Map<LiveSocket, IncomingMessage>();
  private timer: NodeJS.Timeout | undefined;
  private recheckTimer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly hub: LiveHub,
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  attach(http: Server): void {
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.upgrade(request, socket, head));
    this.timer = setInterval(() => {
      for (const client of this.sockets.keys()) client.heartbeat(this.clock.now());
    }, heartbeatMs);
    this.recheckTimer = setInterval(() => void this.recheck(), recheckMs);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    clearInterval(this.recheckTimer);
    for (const client of this.server.clients) client.close(closeCodes.goingAway, 'the backend is stopping: connect again in a moment');
    this.server.close();
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const identity = await this.identify(request);
      this.server.handleUpgrade(request, socket, head, (client) => {
        const live = new LiveSocket(client, this.hub, identity.expiresAt);
        this.sockets.set(live, request);
        client.on('close', () => this.sockets.delete(live));
      });
    } catch (thrown) {
      refuse(socket, toDomainError(thrown));
      this.log.debug({ err: thrown, url: request.url }, 'a live connection was refused');
    }
  }

  /** Cuts off whoever was signed out elsewhere, or whose account was disabled. */
  private async recheck(): Promise<void> {
    for (const [live, request] of this.sockets) {
      try {
        await this.prove(request);
      } catch (thrown) {
        if (toDomainError(thrown).code === 'not-signed-in') live.signOut();
        else this.log.debug({ err: thrown }, 'a live connection could not be checked');
      }
    }
  }

  private async identify(request: IncomingMessage): Promise<Identity> {
    if (request.url?.split('?')[0] !== path) throw new DomainError('not-found', `there is no WebSocket at ${request.url ?? ''}`);
    if (this.stopped || this.sockets.size >= mostClients) throw new DomainError('too-many-attempts', 'there are too many live connections', { retryable: true });
    return this.prove(request);
  }

  private async prove(request: IncomingMessage): Promise<Identity> {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      const identity = await this.authenticator.byToken(bearerToken(authorization));
      if (identity !== undefined) return identity;
    } else if (cookie !== undefined) {
      const session = fastifyCookie.parse(cookie)[sessionCookieName];
      const identity = session === undefined ? undefined : await this.authenticator.bySession(session);
      // No script can read what another site's page gets over HTTP, but a WebSocket is under no such rule.
      if (identity !== undefined) checkSameOrigin(request.headers);
      if (identity !== undefined) return identity;
    }
    throw new DomainError('not-signed-in', 'sign in first');
  }
}

function refuse(socket: Duplex, error: DomainError): void {
  const problem = toProblem(error, '');
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`, 'Content-Type: application/problem+json', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body,
    ].join('\r\n'),
  );
}
