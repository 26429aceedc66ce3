import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { fastifyCookie } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { Sites } from '@kanade/contracts';
import { WebSocketServer } from 'ws';
import { Authenticator } from '../accounts/authenticator.ts';
import type { Proof } from '../accounts/authenticator.ts';
import { RefusedRequests } from '../audit/refused-requests.ts';
import { sessionCookieName } from '../accounts/session-cookie.ts';
import { bearerToken } from '../http/bearer.ts';
import { setClaim } from '../http/claims.ts';
import { originOfUpgrade } from '../http/origin.ts';
import { toDomainError, toProblem } from '../http/problem.filter.ts';
import type { Identity } from '../http/request-context.ts';
import { permitted, sitesOf } from '../http/permitted.ts';
import { checkSameOrigin } from '../http/same-origin.ts';
import { DomainError } from '../domain-error.ts';
import { Log } from '../log.ts';
import { LiveHub } from './live-hub.ts';
import { closeCodes, LiveSocket } from './live-socket.ts';

const path = '/api/v1/live';
const heartbeatMs = 20_000;
/** A session that was ended, here or by another replica, is noticed within this time. */
const recheckMs = 5000;
const mostClients = 1000;
/** Live connections of one account: enough for many tabs, and nobody takes those of all others. */
const mostOfOneAccount = 50;

/** Says who a connection is, as long as they are signed in. */
type Prove = () => Promise<Proof>;

interface Admission {
  readonly prove: Prove;
  readonly accountId: string;
}

/** The WebSocket side of the HTTP port. */
@Injectable()
export class LiveServer {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  private readonly sockets = new Map<LiveSocket, Admission>();
  private timers: readonly NodeJS.Timeout[] = [];
  private stopped = false;

  constructor(
    private readonly hub: LiveHub,
    private readonly authenticator: Authenticator,
    private readonly refused: RefusedRequests,
    private readonly log: Log,
  ) {}

  attach(http: Server): void {
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.upgrade(request, socket, head));
    const heartbeat = () => {
      for (const client of this.sockets.keys()) client.heartbeat();
    };
    this.timers = [setInterval(heartbeat, heartbeatMs), setInterval(() => void this.recheck(), recheckMs)];
  }

  /** Closes the connections of whoever is no longer signed in, and limits the others to what they may see by now. */
  async recheck(): Promise<void> {
    await Promise.all(
      [...this.sockets].map(async ([client, { prove }]) => {
        try {
          const sites = visibleTo((await prove()).identity);
          if (sites === undefined) client.signOut();
          else client.sites = sites;
        } catch (error) {
          // While the broker is away nobody can be asked; the next look is in a moment.
          this.log.debug({ err: error }, 'a live connection could not be checked');
        }
      }),
    );
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const client of this.server.clients) client.close(closeCodes.goingAway, 'the backend is stopping: connect again in a moment');
    this.server.close();
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const { sites, ...admission } = await this.identify(request);
      this.server.handleUpgrade(request, socket, head, (client) => {
        const live = new LiveSocket(client, this.hub, sites);
        this.sockets.set(live, admission);
        client.on('close', () => this.sockets.delete(live));
      });
    } catch (thrown) {
      const error = toDomainError(thrown);
      this.refused.note({ raw: request, params: {}, origin: originOfUpgrade(request) }, error);
      refuse(socket, error);
      this.log.debug({ err: thrown, url: request.url }, 'a live connection was refused');
    }
  }

  /** Proves who asks, and how to prove it again. */
  private async identify(request: IncomingMessage): Promise<Admission & { readonly sites: Sites }> {
    if (request.url?.split('?')[0] !== path) throw new DomainError('not-found', `there is no WebSocket at ${request.url ?? ''}`);
    if (this.stopped || this.sockets.size >= mostClients) throw new DomainError('too-many-attempts', 'there are too many live connections', { retryable: true });
    const prove = this.proofOf(request);
    const proof = await prove?.();
    setClaim(request, { operation: 'live', principal: proof?.holder, presented: proof !== undefined });
    if (prove === undefined || proof?.identity === undefined) throw new DomainError('not-signed-in', 'sign in first');
    const { sites } = permitted(proof.identity, 'fleet:read').principal.scope;
    // No script can read what another site's page gets over HTTP, but a WebSocket is under no such rule.
    if (request.headers.authorization === undefined) checkSameOrigin(request.headers);
    this.assertRoomFor(proof.identity);
    return { prove, accountId: proof.identity.accountId, sites };
  }

  private assertRoomFor({ accountId }: Identity): void {
    const open = [...this.sockets.values()].filter((admission) => admission.accountId === accountId).length;
    if (open >= mostOfOneAccount) throw new DomainError('too-many-attempts', `this account has ${mostOfOneAccount} live connections open; close some first`, { retryable: true });
  }

  private proofOf(request: IncomingMessage): Prove | undefined {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      const token = bearerToken(authorization);
      const { address } = originOfUpgrade(request);
      return () => this.authenticator.byToken(token, address);
    }
    const session = cookie === undefined ? undefined : fastifyCookie.parse(cookie)[sessionCookieName];
    return session === undefined ? undefined : () => this.authenticator.bySession(session);
  }
}

/** The sites somebody may watch, undefined for who may not any more. */
function visibleTo(identity: Identity | undefined): Sites | undefined {
  return identity && sitesOf(identity, 'fleet:read');
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
