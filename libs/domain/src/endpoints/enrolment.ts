import type { ControlEvent, EventOf } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

type Created = EventOf<'kanade.enrolment.token-created.v1'>['data'];

/** An enrolment token as its events tell it. */
export interface EnrolmentState {
  readonly created: Created | null;
}

export const initialEnrolment: EnrolmentState = { created: null };

/** Decides on a new enrolment token: the same again makes no event, another under the same id is refused. */
export function decideCreateEnrolmentToken(command: Created, state: EnrolmentState): Decision {
  const { created } = state;
  if (created === null) return accept({ type: 'kanade.enrolment.token-created.v1', data: command });
  const same = created.site === command.site && created.maxUses === command.maxUses;
  return same ? accept() : refuse('idempotency-conflict', 'this Idempotency-Key was used for another enrolment token; use a new key');
}

/** The state after one more event. */
export function evolveEnrolment(state: EnrolmentState, event: ControlEvent): EnrolmentState {
  return event.type === 'kanade.enrolment.token-created.v1' ? { created: event.data } : state;
}

/** What limits the use of an enrolment token; times are Unix ms. */
export interface EnrolmentUse {
  readonly expiresAt: number;
  readonly maxUses: number;
  readonly uses: number;
  /** Public NKeys whose use was counted last: one that was interrupted in between goes on with its own. */
  readonly counted: readonly string[];
}

/** Whether a machine that is not enrolled yet may enrol: `counted` where its use has been counted before, `new` where it is to be. */
export function decideUse(token: EnrolmentUse, nkey: string, now: number): 'counted' | 'new' | 'token-expired' | 'token-used-up' {
  if (now >= token.expiresAt) return 'token-expired';
  if (token.counted.includes(nkey)) return 'counted';
  return token.uses < token.maxUses ? 'new' : 'token-used-up';
}
