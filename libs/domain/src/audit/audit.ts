import { accept } from '../decision.ts';
import type { Decision, EventDraftOf } from '../decision.ts';

/** Refusals of one principal are no more than a list: nothing is decided on what was before. */
export type AuditState = Readonly<Record<string, never>>;

export const initialAudit: AuditState = {};

/** Decides on refusals that were counted together; none make no event. */
export function decideRefusals(refused: EventDraftOf<'kanade.audit.refused.v1'>['data']): Decision {
  return refused.count === 0 ? accept() : accept({ type: 'kanade.audit.refused.v1', data: refused });
}
