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

/** What limits one use of an enrolment token; times are Unix ms. */
export interface EnrolmentUse {
  readonly expiresAt: number;
  readonly maxUses: number;
  /** Public NKeys that have enrolled with it so far. */
  readonly usedBy: readonly string[];
}

/** Whether `nkey` may enrol: the same key again may always have its answer again, lost replies being common. */
export function decideUse(token: EnrolmentUse, nkey: string, now: number): 'again' | 'new' | 'token-expired' | 'token-used-up' {
  if (token.usedBy.includes(nkey)) return 'again';
  if (now >= token.expiresAt) return 'token-expired';
  return token.usedBy.length < token.maxUses ? 'new' : 'token-used-up';
}
