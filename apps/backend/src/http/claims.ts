import type { Principal } from '../accounts/principal.ts';

/** What is known of a request whether it is let in or not; nothing is granted by it. */
export interface Claim {
  /** The operation's id. */
  readonly operation: string;
  /** Whose cookie or token came with it, even if that no longer counts; undefined for a stranger. */
  readonly principal: Principal | undefined;
  /** Whether a cookie or token came with it at all. */
  readonly presented: boolean;
}

const claims = new WeakMap<object, Claim>();

export function setClaim(raw: object, claim: Claim): void {
  claims.set(raw, claim);
}

export function findClaim(raw: object): Claim | undefined {
  return claims.get(raw);
}
