import type { ControlEvent, EventOf } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

type Created = EventOf<'kanade.token.created.v1'>['data'];

/** A token as its events tell it. */
export interface TokenState {
  readonly created: Created | null;
  readonly revoked: boolean;
}

export const initialToken: TokenState = { created: null, revoked: false };

/** Decides on a new token; an id is used once. */
export function decideCreateToken(command: Created, state: TokenState): Decision {
  if (state.created !== null) return refuse('conflict', `token ${command.tokenId} exists already`);
  return accept({ type: 'kanade.token.created.v1', data: command });
}

/** Decides on the end of a token; revoking twice is once. */
export function decideRevokeToken(tokenId: string, { created, revoked }: TokenState): Decision {
  if (created === null) return refuse('not-found', `there is no token ${tokenId}`);
  return revoked ? accept() : accept({ type: 'kanade.token.revoked.v1', data: { tokenId, accountId: created.accountId } });
}

/** The state after one more event. */
export function evolveToken(state: TokenState, event: ControlEvent): TokenState {
  if (event.type === 'kanade.token.created.v1') return { ...state, created: event.data };
  return event.type === 'kanade.token.revoked.v1' ? { ...state, revoked: true } : state;
}
