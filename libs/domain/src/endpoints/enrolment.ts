import type { ControlEvent, EventOf } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

type Created = EventOf<'kanade.enrolment.token-created.v2'>['data'];

/** An enrolment token as its events tell it. */
export interface EnrolmentState {
  readonly created: Created | null;
  readonly revoked: boolean;
}

export const initialEnrolment: EnrolmentState = { created: null, revoked: false };

/** Decides on a new enrolment token: the same again makes no event, another under the same id is refused. */
export function decideCreateEnrolmentToken(command: Created, { created }: EnrolmentState): Decision {
  if (created === null) return accept({ type: 'kanade.enrolment.token-created.v2', data: command });
  const same =
    created.site === command.site && created.maxUses === command.maxUses && created.approval === command.approval && created.endpointId === command.endpointId;
  return same ? accept() : refuse('idempotency-conflict', 'this Idempotency-Key was used for another enrolment token; use a new key');
}

/** Decides that nothing enrols with a token any more; once is enough. */
export function decideRevokeEnrolmentToken({ tokenId }: { readonly tokenId: string }, { created, revoked }: EnrolmentState): Decision {
  if (created === null) return refuse('not-found', `there is no enrolment token ${tokenId}; kanade enrol-token list shows them`);
  return revoked ? accept() : accept({ type: 'kanade.enrolment.token-revoked.v1', data: { tokenId } });
}

/** The state after one more event. */
export function evolveEnrolment(state: EnrolmentState, event: ControlEvent): EnrolmentState {
  switch (event.type) {
    case 'kanade.enrolment.token-created.v1':
      return { ...state, created: { ...event.data, approval: false, endpointId: null } };
    case 'kanade.enrolment.token-created.v2':
      return { ...state, created: event.data };
    case 'kanade.enrolment.token-revoked.v1':
      return { ...state, revoked: true };
    default:
      return state;
  }
}

/** What limits the use of an enrolment token; times are Unix ms. */
export interface EnrolmentUse {
  readonly revoked: boolean;
  readonly expiresAt: number;
  readonly maxUses: number;
  readonly uses: number;
  /** Public NKeys whose use was counted last: one that was interrupted in between goes on with its own. */
  readonly counted: readonly string[];
}

/** Whether a machine that is not enrolled yet may enrol: `counted` where its use has been counted before, `new` where it is to be. */
export function decideUse(token: EnrolmentUse, nkey: string, now: number): 'counted' | 'new' | 'token-revoked' | 'token-expired' | 'token-used-up' {
  if (token.revoked) return 'token-revoked';
  if (now >= token.expiresAt) return 'token-expired';
  if (token.counted.includes(nkey)) return 'counted';
  return token.uses < token.maxUses ? 'new' : 'token-used-up';
}
