import type { AccountProvider, ControlEvent, Grant } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision, EventDraft } from '../decision.ts';

/** An account as its events tell it; its newest event alone tells that it exists, and no more. */
export interface AccountState {
  readonly exists: boolean;
  /** Null where its first event was not read. */
  readonly username: string | null;
  /** Null where none were ever given: an account from before there were any. */
  readonly grants: readonly Grant[] | null;
  readonly disabled: boolean;
  readonly hasSecondFactor: boolean;
}

export const initialAccount: AccountState = { exists: false, username: null, grants: null, disabled: false, hasSecondFactor: false };

/** Whether somebody else could still administer everything if this account no longer could. */
interface Others {
  readonly otherAdministrators: boolean;
}

export type AccountCommand =
  | { readonly type: 'create'; readonly accountId: string; readonly username: string; readonly grants: readonly Grant[]; readonly provider?: AccountProvider | undefined }
  | ({ readonly type: 'set-grants'; readonly accountId: string; readonly grants: readonly Grant[] } & Others)
  | ({ readonly type: 'disable'; readonly accountId: string } & Others)
  | { readonly type: 'enable'; readonly accountId: string }
  | {
      readonly type: 'make-password-link'; readonly accountId: string; readonly linkId: string; readonly expiresAt: string;
      readonly reason: 'created' | 'reset'; readonly removeSecondFactor: boolean;
    }
  | { readonly type: 'change-password'; readonly accountId: string; readonly means: 'current-password' | 'link' }
  | { readonly type: 'enable-second-factor'; readonly accountId: string }
  | { readonly type: 'disable-second-factor'; readonly accountId: string }
  | { readonly type: 'use-recovery-code'; readonly accountId: string; readonly left: number }
  | { readonly type: 'end-sessions'; readonly accountId: string; readonly sessionIds: readonly string[] | null }
  | { readonly type: 'sign-in'; readonly accountId: string; readonly sessionId: string; readonly interface: 'console' | 'cli' }
  | { readonly type: 'sign-out'; readonly accountId: string; readonly sessionId: string }
  | { readonly type: 'count-refusals'; readonly accountId: string; readonly count: number; readonly since: string };

type CommandOf<Type extends AccountCommand['type']> = Extract<AccountCommand, { readonly type: Type }>;

/** True for who may administer everything. */
export function administersAll(grants: readonly Grant[]): boolean {
  return grants.some(({ role, sites }) => role === 'admin' && sites === 'all');
}

function sameGrants(one: readonly Grant[], other: readonly Grant[]): boolean {
  const text = ({ role, sites }: Grant) => `${role}@${sites === 'all' ? '*' : [...sites].sort().join(',')}`;
  return one.map(text).sort().join(' ') === other.map(text).sort().join(' ');
}

function lastAdministrator(what: string): Decision {
  return refuse('last-administrator', `this is the last account that may administer everything; give another one the role admin on all sites before you ${what}`);
}

function create({ accountId, username, grants, provider }: CommandOf<'create'>, state: AccountState): Decision {
  const given: EventDraft = { type: 'kanade.account.grants-changed.v1', data: { accountId, grants: [...grants] } };
  if (!state.exists) return accept({ type: 'kanade.account.created.v1', data: { accountId, username, ...(provider === undefined ? {} : { provider }) } }, given);
  if (state.username !== null && state.username !== username) return refuse('conflict', `account ${accountId} exists under another name`);
  return state.grants === null ? accept(given) : accept();
}

function setGrants({ accountId, grants, otherAdministrators }: CommandOf<'set-grants'>, state: AccountState): Decision {
  if (state.grants !== null && sameGrants(state.grants, grants)) return accept();
  const loses = !state.disabled && administersAll(state.grants ?? []) && !administersAll(grants);
  if (loses && !otherAdministrators) return lastAdministrator('take it from this one');
  return accept({ type: 'kanade.account.grants-changed.v1', data: { accountId, grants: [...grants] } });
}

function disable({ accountId, otherAdministrators }: CommandOf<'disable'>, state: AccountState): Decision {
  if (state.disabled) return accept();
  if (administersAll(state.grants ?? []) && !otherAdministrators) return lastAdministrator('disable this one');
  return accept({ type: 'kanade.account.disabled.v1', data: { accountId } });
}

function makeLink({ accountId, linkId, expiresAt, reason, removeSecondFactor }: CommandOf<'make-password-link'>, state: AccountState): Decision {
  const secondFactorRemoved = removeSecondFactor && state.hasSecondFactor;
  return accept({ type: 'kanade.account.password-link-made.v1', data: { accountId, linkId, expiresAt, reason, secondFactorRemoved } });
}

/** Decides on a command about one account. */
export function decideAccount(command: AccountCommand, state: AccountState): Decision {
  if (command.type === 'create') return create(command, state);
  const { accountId } = command;
  if (!state.exists) return refuse('not-found', `there is no account ${accountId}`);
  switch (command.type) {
    case 'set-grants':
      return setGrants(command, state);
    case 'disable':
      return disable(command, state);
    case 'enable':
      return state.disabled ? accept({ type: 'kanade.account.enabled.v1', data: { accountId } }) : accept();
    case 'make-password-link':
      return makeLink(command, state);
    case 'change-password':
      return accept({ type: 'kanade.account.password-changed.v1', data: { accountId, means: command.means } });
    case 'enable-second-factor':
      // Told once: whoever asks again does so because what follows the event was not done yet.
      return state.hasSecondFactor ? accept() : accept({ type: 'kanade.account.second-factor-enabled.v1', data: { accountId } });
    case 'disable-second-factor':
      return state.hasSecondFactor ? accept({ type: 'kanade.account.second-factor-disabled.v1', data: { accountId } }) : accept();
    default:
      return decideVisit(command);
  }
}

/** What comes with every visit; whether the account exists is all that these ask of its history. */
function decideVisit(command: CommandOf<'use-recovery-code' | 'end-sessions' | 'sign-in' | 'sign-out' | 'count-refusals'>): Decision {
  const { accountId } = command;
  switch (command.type) {
    case 'use-recovery-code':
      return accept({ type: 'kanade.account.recovery-code-used.v1', data: { accountId, left: command.left } });
    case 'end-sessions':
      return accept({ type: 'kanade.account.sessions-ended.v1', data: { accountId, sessionIds: command.sessionIds === null ? null : [...command.sessionIds] } });
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
  const next = { ...state, exists: true };
  switch (event.type) {
    case 'kanade.account.created.v1':
      return { ...next, username: event.data.username };
    case 'kanade.account.grants-changed.v1':
      return { ...next, grants: event.data.grants };
    case 'kanade.account.disabled.v1':
      return { ...next, disabled: true };
    case 'kanade.account.enabled.v1':
      return { ...next, disabled: false };
    case 'kanade.account.second-factor-enabled.v1':
      return { ...next, hasSecondFactor: true };
    case 'kanade.account.second-factor-disabled.v1':
      return { ...next, hasSecondFactor: false };
    case 'kanade.account.password-link-made.v1':
      return { ...next, hasSecondFactor: next.hasSecondFactor && !event.data.secondFactorRemoved };
    default:
      return next;
  }
}
