import { accept } from '../decision.ts';
import type { Decision } from '../decision.ts';

/** Requests for a rebuild depend on nothing that was requested before. */
export type ReadModelState = Readonly<Record<string, never>>;

export const initialReadModel: ReadModelState = {};

/** Has the read model folded anew; whether that makes sense now is known to whoever folds. */
export function decideRebuild(reason: 'asked' | 'poison'): Decision {
  return accept({ type: 'kanade.read-model.rebuild-requested.v1', data: { reason } });
}
