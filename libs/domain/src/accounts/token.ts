import type { ControlEvent, EventOf } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

type Created = EventOf<'kanade.token.created.v1'>['data'];

/** A token as its events tell it. */
export interface TokenState {
  readonly created: Created | null;
}

export const initialToken: TokenState = { created: null };

/** Decides on a new token; an id is used once. */
export function decideCreateToken(command: Created, state: TokenState): Decision {
  if (state.created !== null) return refuse('conflict', `token ${command.tokenId} exists already`);
  return accept({ type: 'kanade.token.created.v1', data: command });
}

/** The state after one more event. */
export function evolveToken(state: TokenState, event: ControlEvent): TokenState {
  return event.type === 'kanade.token.created.v1' ? { created: event.data } : state;
}
