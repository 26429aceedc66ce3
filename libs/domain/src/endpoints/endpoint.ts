import type { ControlEvent, EventOf } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

type Enrolled = EventOf<'kanade.endpoint.enrolled.v1'>['data'];
type OfflineReason = EventOf<'kanade.endpoint.went-offline.v1'>['data']['reason'];

/** An endpoint as the control plane's events tell it. */
export interface EndpointState {
  readonly enrolled: Enrolled | null;
  readonly presence: 'online' | 'offline' | 'never-seen';
  readonly quarantined: boolean;
}

export const initialEndpoint: EndpointState = { enrolled: null, presence: 'never-seen', quarantined: false };

export type EndpointCommand =
  | ({ readonly type: 'enrol' } & Enrolled)
  | { readonly type: 'come-online'; readonly endpointId: string; readonly observedAt: string }
  | { readonly type: 'go-offline'; readonly endpointId: string; readonly observedAt: string; readonly reason: OfflineReason }
  | { readonly type: 'quarantine'; readonly endpointId: string; readonly sequence: number; readonly reason: string };

function decideEnrol({ type: _type, ...data }: Extract<EndpointCommand, { type: 'enrol' }>, state: EndpointState): Decision {
  if (state.enrolled === null) return accept({ type: 'kanade.endpoint.enrolled.v1', data });
  const sameKeys = state.enrolled.nkey === data.nkey && state.enrolled.signingKey === data.signingKey && state.enrolled.sealingKey === data.sealingKey;
  return sameKeys ? accept() : refuse('conflict', `endpoint ${data.endpointId} is enrolled with other keys`);
}

/** Decides on a command about one endpoint; what is so already makes no event. */
export function decideEndpoint(command: EndpointCommand, state: EndpointState): Decision {
  if (command.type === 'enrol') return decideEnrol(command, state);
  if (state.enrolled === null) return refuse('not-found', `there is no endpoint ${command.endpointId}`);
  const { endpointId } = command;
  switch (command.type) {
    case 'come-online':
      if (state.presence === 'online') return accept();
      return accept({ type: 'kanade.endpoint.came-online.v1', data: { endpointId, observedAt: command.observedAt } });
    case 'go-offline':
      // One that was never seen has nothing to lose: its first sign of life is the first transition.
      if (state.presence !== 'online') return accept();
      return accept({ type: 'kanade.endpoint.went-offline.v1', data: { endpointId, observedAt: command.observedAt, reason: command.reason } });
    case 'quarantine':
      if (state.quarantined) return accept();
      return accept({ type: 'kanade.endpoint.quarantined.v1', data: { endpointId, sequence: command.sequence, reason: command.reason } });
    default:
      return command satisfies never;
  }
}

/** The state after one more event. */
export function evolveEndpoint(state: EndpointState, event: ControlEvent): EndpointState {
  switch (event.type) {
    case 'kanade.endpoint.enrolled.v1':
      return { ...state, enrolled: event.data };
    case 'kanade.endpoint.came-online.v1':
      return { ...state, presence: 'online' };
    case 'kanade.endpoint.went-offline.v1':
      return { ...state, presence: 'offline' };
    case 'kanade.endpoint.quarantined.v1':
      return { ...state, quarantined: true };
    default:
      return state;
  }
}
