import type { BrokerAccess, ControlEvent } from '@kanade/contracts';
import { accept } from '../decision.ts';
import type { Decision } from '../decision.ts';

/** The moves that were ordered, as far as the next one needs to know. */
export interface BrokerState {
  readonly version: number;
}

export const initialBroker: BrokerState = { version: 0 };

export interface MoveBrokerCommand {
  /** The one endpoint to move; null for all. */
  readonly endpointId: string | null;
  readonly broker: BrokerAccess;
  readonly keepOld: boolean;
  /** Unix ms. */
  readonly now: number;
}

/** Orders a move; its version is the moment, so that it grows even where a history was restored from before the last one. */
export function decideBrokerMove({ endpointId, broker, keepOld, now }: MoveBrokerCommand, { version }: BrokerState): Decision {
  return accept({ type: 'kanade.broker.move-ordered.v1', data: { version: Math.max(now, version + 1), endpointId, broker, keepOld } });
}

/** The state after one more event. */
export function evolveBroker(state: BrokerState, event: ControlEvent): BrokerState {
  return event.type === 'kanade.broker.move-ordered.v1' ? { version: event.data.version } : state;
}
