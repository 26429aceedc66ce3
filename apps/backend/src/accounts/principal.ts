import type { Sites } from '@kanade/contracts';

/** What a principal may see and touch: where their roles allow what the operation at hand needs. */
export interface Scope {
  readonly sites: Sites;
}

/** Who asks: every command and query carries one, from the first one on. */
export interface Principal {
  readonly kind: 'account' | 'token' | 'system';
  readonly id: string;
  readonly username: string;
  readonly scope: Scope;
}

/** How events name a principal. */
export function principalText(principal: Principal): string {
  return principal.kind === 'system' ? 'system' : `${principal.kind}/${principal.id}`;
}

/** Somebody who proves who they are in this very request. */
export function accountPrincipal({ accountId, username }: { readonly accountId: string; readonly username: string }): Principal {
  return { kind: 'account', id: accountId, username, scope: { sites: 'all' } };
}

/** The backend itself: process managers and the checks of the fold. */
export const systemPrincipal: Principal = { kind: 'system', id: 'system', username: 'system', scope: { sites: 'all' } };
