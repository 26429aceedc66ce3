import type { Interface, Sites, TokenScope } from '@kanade/contracts';

/** What a principal may see and touch: where their roles allow what the operation at hand needs. */
export interface Scope {
  readonly sites: Sites;
  /** Where running is what is allowed, and a token's scopes say which jobs: those scopes. */
  readonly runs?: readonly TokenScope[] | undefined;
}

/** Where somebody asks from, and over what as their client says. */
export interface Origin {
  readonly address: string;
  readonly interface: Interface;
}

/** Who asks: every command and query carries one, from the first one on. */
export interface Principal {
  readonly kind: 'account' | 'token' | 'system' | 'stranger';
  readonly id: string;
  readonly username: string;
  readonly scope: Scope;
  /** None where nobody asked: what the backend does by itself. */
  readonly origin?: Origin | undefined;
}

/** How events name a principal. */
export function principalText(principal: Principal): string {
  return principal.kind === 'system' || principal.kind === 'stranger' ? principal.kind : `${principal.kind}/${principal.id}`;
}

/** Somebody who proves who they are in this very request. */
export function accountPrincipal({ accountId, username }: { readonly accountId: string; readonly username: string }, origin: Origin): Principal {
  return { kind: 'account', id: accountId, username, scope: { sites: 'all' }, origin };
}

/** The backend itself: process managers and the checks of the fold. */
export const systemPrincipal: Principal = { kind: 'system', id: 'system', username: 'system', scope: { sites: 'all' } };

/** Nobody known: whom refusals are about that name nobody. */
export const strangerPrincipal: Principal = { kind: 'stranger', id: 'stranger', username: 'stranger', scope: { sites: [] } };
