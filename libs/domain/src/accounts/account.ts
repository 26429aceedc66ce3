import type { ControlEvent } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

/** An account as its events tell it; its newest event alone tells that it exists. */
export interface AccountState {
  readonly exists: boolean;
  /** Null where its first event was not read. */
  readonly username: string | null;
}

export const initialAccount: AccountState = { exists: false, username: null };

export type AccountCommand =
  | { readonly type: 'create'; readonly accountId: string; readonly username: string }
  | { readonly type: 'sign-in'; readonly accountId: string; readonly sessionId: string; readonly interface: 'console' | 'cli' }
  | { readonly type: 'sign-out'; readonly accountId: string; readonly sessionId: string }
  | { readonly type: 'count-refusals'; readonly accountId: string; readonly count: number; readonly since: string };

/** Decides on a command about one account. */
export function decideAccount(command: AccountCommand, state: AccountState): Decision {
  if (command.type === 'create') {
    const { accountId, username } = command;
    if (!state.exists) return accept({ type: 'kanade.account.created.v1', data: { accountId, username } });
    return state.username === null || state.username === username ? accept() : refuse('conflict', `account ${accountId} exists under another name`);
  }
  const { accountId } = command;
  if (!state.exists) return refuse('not-found', `there is no account ${accountId}`);
  switch (command.type) {
    case 'sign-in':
      return accept({ type: 'kanade.account.signed-in.v1', data: { accountId, sessionId: command.sessionId, interface: command.interface } });
    case 'sign-out':
      return accept({ type: 'kanade.account.signed-out.v1', data: { accountId, sessionId: command.sessionId } });
    case 'count-refusals':
      if (command.count === 0) return accept();
      return accept({ type: 'kanade.account.sign-in-refused.v1', data: { accountId, count: command.count, since: command.since } });
    default:
      return command satisfies never;
  }
}

/** The state after one more event. */
export function evolveAccount(state: AccountState, event: ControlEvent): AccountState {
  return { exists: true, username: event.type === 'kanade.account.created.v1' ? event.data.username : state.username };
}
