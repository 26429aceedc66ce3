import { assertSubjectToken } from '@kanade/contracts';
import { issueJwt } from '../crypto/jwt.ts';
import { isUserNkey } from '../crypto/nkey.ts';
import { MessagingError } from '../errors.ts';
import type { BrokerKeys } from './keys.ts';

const day = 86_400_000;
/** How long an agent's JWT lives, ms; it renews from half of it. */
export const agentJwtLifetimeMs = 90 * day;
/** How long a renewal JWT lives, ms: a laptop may lie in a drawer that long. */
export const renewalJwtLifetimeMs = 730 * day;
/** How long an enrolment token's JWT lives at most, ms: a year, and a month in which its holder is told that it has expired. */
export const enrolmentJwtLifetimeMs = 397 * day;

/** The keys that make users of the AGENTS account. */
export type IssuerKeys = Pick<BrokerKeys, 'agentsAccount' | 'agentSigner' | 'enrolSigner' | 'renewSigner'>;

export interface EndpointUser {
  readonly endpointId: string;
  /** The endpoint's public user NKey. */
  readonly nkey: string;
  /** Milliseconds it lives; the default is spread over the last twentieth so that a fleet does not expire at once. */
  readonly lifetimeMs?: number;
  /** Unix ms, default now. */
  readonly now?: number;
}

// The id goes into subjects unescaped. `control` would own the control plane's private parts, `enrol` the enrolment inboxes.
const reservedNames: ReadonlySet<string> = new Set(['control', 'enrol', 'backend', 'admin']);

function endpointName(endpointId: string): string {
  assertSubjectToken(endpointId, 'endpoint id');
  if (reservedNames.has(endpointId)) throw new RangeError(`endpoint id ${JSON.stringify(endpointId)} is reserved`);
  return endpointId;
}

function issueScoped(
  keys: IssuerKeys,
  user: { name: string; subject: string; signerSeed: string; expiresAtMs: number; now: number },
): string {
  if (!isUserNkey(user.subject)) throw new MessagingError('invalid', 'the public NKey is not one of a user');
  return issueJwt({
    name: user.name,
    subject: user.subject,
    type: 'user',
    issuerSeed: user.signerSeed,
    expiresAt: Math.floor(user.expiresAtMs / 1000),
    now: user.now,
    // A scoped user carries no rights of its own: with any, the server refuses it.
    nats: { issuer_account: keys.agentsAccount.publicKey },
  });
}

function lifetime(asked: number | undefined, usual: number): number {
  return asked ?? usual - Math.floor((Math.random() * usual) / 20);
}

/** Issues an agent's JWT (90 days unless said): rights come from the agent template, by the endpoint's id. */
export function issueAgentJwt(keys: IssuerKeys, user: EndpointUser): string {
  const now = user.now ?? Date.now();
  return issueScoped(keys, {
    name: endpointName(user.endpointId),
    subject: user.nkey,
    signerSeed: keys.agentSigner.seed,
    expiresAtMs: now + lifetime(user.lifetimeMs, agentJwtLifetimeMs),
    now,
  });
}

/** Issues a renewal JWT (two years unless said): it may ask to renew and nothing else. */
export function issueRenewalJwt(keys: IssuerKeys, user: EndpointUser): string {
  const now = user.now ?? Date.now();
  return issueScoped(keys, {
    name: endpointName(user.endpointId),
    subject: user.nkey,
    signerSeed: keys.renewSigner.seed,
    expiresAtMs: now + lifetime(user.lifetimeMs, renewalJwtLifetimeMs),
    now,
  });
}

/** Issues the bearer JWT of an enrolment token: it may ask to enrol and nothing else, until `expiresAt` (Unix ms). */
export function issueEnrolmentJwt(
  keys: IssuerKeys,
  token: { readonly tokenId: string; readonly nkey: string; readonly expiresAt: number; readonly now?: number },
): string {
  return issueScoped(keys, {
    name: assertSubjectToken(token.tokenId, 'enrolment token id'),
    subject: token.nkey,
    signerSeed: keys.enrolSigner.seed,
    expiresAtMs: token.expiresAt,
    now: token.now ?? Date.now(),
  });
}
