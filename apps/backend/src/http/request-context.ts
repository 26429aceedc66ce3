import type { Grant, TokenScope } from '@kanade/contracts';
import type { FastifyRequest } from 'fastify';
import type { Origin, Principal } from '../accounts/principal.ts';
import { DomainError } from '../domain-error.ts';

/** How somebody proved who they are. */
export interface Identity {
  readonly principal: Principal;
  /** The session's id where a cookie was the proof; a token has none. */
  readonly sessionId: string | null;
  readonly accountId: string;
  readonly grants: readonly Grant[];
  /** What a token is limited to; null for whatever its owner may do, as a session is. */
  readonly scopes: readonly TokenScope[] | null;
  /** When the proof ends, Unix ms. */
  readonly expiresAt: number;
  /** When its holder last proved to their identity provider who they are, in this session, Unix ms; null where there is none, or nobody knows. */
  readonly provedAt: number | null;
}

// Beside the request and not on it: nothing a client sends can ever be taken for an identity.
const identities = new WeakMap<object, Identity>();

/** The same person or token, with where this request of theirs comes from. */
export function cameFrom(identity: Identity, origin: Origin): Identity {
  return { ...identity, principal: { ...identity.principal, origin } };
}

export function setIdentity(request: FastifyRequest, identity: Identity): void {
  identities.set(request.raw, identity);
}

export function findIdentity(request: FastifyRequest): Identity | undefined {
  return identities.get(request.raw);
}

export function identityOf(request: FastifyRequest): Identity {
  const identity = findIdentity(request);
  if (identity === undefined) throw new DomainError('not-signed-in', 'sign in first');
  return identity;
}

/** Throws forbidden for a token: what is about sessions and passwords is for who signed in. */
export function sessionOf(request: FastifyRequest): Identity & { readonly sessionId: string } {
  const identity = identityOf(request);
  if (identity.sessionId === null) throw new DomainError('forbidden', 'a token may not do this; sign in with the password in the console');
  return { ...identity, sessionId: identity.sessionId };
}

/** Throws forbidden for a token with scopes: it is a machine's, and what people decide and prove is not for it. */
export function personOf(request: FastifyRequest): Identity {
  const identity = identityOf(request);
  if (identity.scopes !== null) throw new DomainError('forbidden', 'a token with scopes may not do this; sign in with: kanade login');
  return identity;
}

export function principalOf(request: FastifyRequest): Principal {
  return identityOf(request).principal;
}
