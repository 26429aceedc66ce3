import { Injectable } from '@nestjs/common';
import type { ProblemCode } from '@kanade/contracts';
import { strangerPrincipal } from '../accounts/principal.ts';
import type { Origin } from '../accounts/principal.ts';
import type { DomainError } from '../domain-error.ts';
import { findClaim } from '../http/claims.ts';
import { RefusalCounts } from './refusal-counts.ts';
import type { Refusal } from './refusal-counts.ts';

/** What tells of somebody trying what they may not; a mistake in a request does not. */
const telling: readonly ProblemCode[] = [
  'forbidden', 'not-signed-in', 'sign-in-failed', 'second-factor-failed', 'password-wrong', 'password-link-invalid', 'own-approval', 'too-many-attempts',
];
const longestId = 200;

export interface RefusedRequest {
  /** Node's own request, which the guard's claim is kept by. */
  readonly raw: object;
  readonly params: unknown;
  readonly origin: Origin;
}

/** What the address names first, such as `endpoint` for `endpointId`. */
function targetOf(params: unknown): Refusal['target'] {
  const named: readonly (readonly [string, unknown])[] = typeof params === 'object' && params !== null ? Object.entries(params) : [];
  const [first] = named;
  if (first === undefined || typeof first[1] !== 'string' || first[1] === '') return null;
  const [name, id] = first;
  return { kind: name === 'username' ? 'account' : name.replace(/Id$/, '').slice(0, 50), id: id.slice(0, longestId) };
}

/** Decides which refusals are worth writing down, and who they are about. */
@Injectable()
export class RefusedRequests {
  constructor(private readonly counts: RefusalCounts) {}

  note({ raw, params, origin }: RefusedRequest, { code, details }: DomainError): void {
    const claim = findClaim(raw);
    if (claim === undefined || !telling.includes(code)) return;
    // Whoever shows nothing is only asked to sign in.
    if (code === 'not-signed-in' && !claim.presented) return;
    const { operation, principal } = claim;
    const wanted = details['accountId'];
    this.counts.add({
      principal: { ...(principal ?? strangerPrincipal), origin },
      accountId: principal === undefined && typeof wanted === 'string' ? wanted : undefined,
      operation,
      code,
      // A stranger could write anything into the record with it.
      target: principal === undefined ? null : targetOf(params),
    });
  }
}
