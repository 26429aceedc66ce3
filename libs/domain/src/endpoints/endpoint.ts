import type { ControlEvent, EndpointStanding, EventOf, HoldCause } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision, EventDraft } from '../decision.ts';

type Enrolled = EventOf<'kanade.endpoint.enrolled.v1'>['data'];
type Rekeyed = EventOf<'kanade.endpoint.rekeyed.v1'>['data'];
type OfflineReason = EventOf<'kanade.endpoint.went-offline.v1'>['data']['reason'];

/** An endpoint as the control plane's events tell it. */
export interface EndpointState {
  /** What it enrolled as, or asked to while it is pending, with the keys that count now. */
  readonly enrolled: Enrolled | null;
  readonly standing: EndpointStanding;
  readonly presence: 'online' | 'offline' | 'never-seen';
  readonly quarantined: boolean;
  readonly alias: string | null;
  /** Two machines act as it, as one of them found. */
  readonly conflicted: boolean;
  /** Its events are not let through. */
  readonly held: boolean;
  /** Public NKeys it had before: none of them ever counts again. */
  readonly pastNkeys: readonly string[];
  /** Its data was to be erased, and it has not come back since. */
  readonly erased: boolean;
}

export const initialEndpoint: EndpointState = {
  enrolled: null, standing: 'active', presence: 'never-seen', quarantined: false, alias: null, conflicted: false, held: false, pastNkeys: [], erased: false,
};

/** Enrol a machine, or write down that it asks to. */
type EnrolCommand = ({ readonly type: 'enrol' } & Enrolled) | ({ readonly type: 'request-enrolment' } & Enrolled);
/** Give the endpoint the new keys of a machine that an operator's token names it for. */
type RekeyCommand = { readonly type: 'rekey' } & Omit<Rekeyed, 'previousNkey'>;

/** What is asked about an endpoint that is known; times are RFC 3339. */
type KnownCommand =
  | { readonly type: 'approve'; readonly endpointId: string }
  | { readonly type: 'revoke'; readonly endpointId: string; readonly reason: string | null; readonly at: string }
  | { readonly type: 'retire'; readonly endpointId: string; readonly at: string }
  | { readonly type: 'erase'; readonly endpointId: string; readonly reason: string }
  | { readonly type: 'set-alias'; readonly endpointId: string; readonly alias: string | null }
  | { readonly type: 'assign-site'; readonly endpointId: string; readonly site: string }
  | { readonly type: 'come-online'; readonly endpointId: string; readonly observedAt: string }
  | { readonly type: 'go-offline'; readonly endpointId: string; readonly observedAt: string; readonly reason: OfflineReason }
  | { readonly type: 'report-conflict'; readonly endpointId: string; readonly detail: string }
  | { readonly type: 'hold'; readonly endpointId: string; readonly cause: HoldCause; readonly detail: string; readonly until: string | null }
  | { readonly type: 'release'; readonly endpointId: string; readonly reason: 'time' | 'operator' }
  | { readonly type: 'quarantine'; readonly endpointId: string; readonly sequence: number; readonly reason: string };

export type EndpointCommand = EnrolCommand | RekeyCommand | KnownCommand;

/** Why an endpoint that is not active is not let in; undefined for one that is. */
export function standingRefusal({ standing }: Pick<EndpointState, 'standing'>, endpointId: string): { readonly code: 'endpoint-pending' | 'endpoint-revoked' | 'endpoint-retired'; readonly message: string } | undefined {
  switch (standing) {
    case 'active':
      return undefined;
    case 'pending':
      return { code: 'endpoint-pending', message: `endpoint ${endpointId} waits for approval; let it in with: kanade endpoint approve ${endpointId}` };
    case 'revoked':
      return { code: 'endpoint-revoked', message: `endpoint ${endpointId} was revoked; to let this machine back in, enrol it with: kanade enrol-token create --for ${endpointId}` };
    case 'retired':
      return { code: 'endpoint-retired', message: `endpoint ${endpointId} was retired; to bring this machine back, enrol it with: kanade enrol-token create --for ${endpointId}` };
    default:
      return standing satisfies never;
  }
}

function decideEnrol({ type, ...data }: EnrolCommand, state: EndpointState): Decision {
  const { enrolled } = state;
  if (enrolled === null) return accept({ type: type === 'enrol' ? 'kanade.endpoint.enrolled.v1' : 'kanade.endpoint.enrolment-requested.v1', data });
  if (!sameKeys(enrolled, data)) return refuse('conflict', `endpoint ${data.endpointId} is enrolled with other keys`);
  const refusal = standingRefusal(state, data.endpointId);
  if (refusal === undefined || (refusal.code === 'endpoint-pending' && type === 'request-enrolment')) return accept();
  return refuse(refusal.code, refusal.message);
}

function sameKeys(known: Enrolled, asked: Pick<Enrolled, 'nkey' | 'signingKey' | 'sealingKey'>): boolean {
  return known.nkey === asked.nkey && known.signingKey === asked.signingKey && known.sealingKey === asked.sealingKey;
}

function decideRekey({ type: _type, ...data }: RekeyCommand, state: EndpointState): Decision {
  const { enrolled, standing, pastNkeys } = state;
  if (enrolled === null) return refuse('not-found', `there is no endpoint ${data.endpointId}`);
  if (standing === 'pending') return refuse('endpoint-pending', `endpoint ${data.endpointId} waits for approval; approve or revoke it first`);
  if (standing === 'active' && sameKeys(enrolled, data)) return accept();
  if (enrolled.nkey === data.nkey || pastNkeys.includes(data.nkey)) {
    return refuse('endpoint-revoked', 'these keys were replaced or revoked and never count again; enrol from an empty data directory, which makes new ones');
  }
  return accept({ type: 'kanade.endpoint.rekeyed.v1', data: { ...data, previousNkey: enrolled.nkey } });
}

/** A cut-off endpoint is gone before the broker says so. */
function gone(endpointId: string, observedAt: string, { presence }: EndpointState): EventDraft[] {
  return presence === 'online' ? [{ type: 'kanade.endpoint.went-offline.v1', data: { endpointId, observedAt, reason: 'revoked' } }] : [];
}

function decideStanding(command: Extract<KnownCommand, { type: 'approve' | 'revoke' | 'retire' | 'erase' | 'set-alias' | 'assign-site' }>, state: EndpointState, enrolled: Enrolled): Decision {
  const { endpointId } = command;
  const refusal = standingRefusal(state, endpointId);
  switch (command.type) {
    case 'approve':
      if (refusal === undefined) return accept();
      if (state.standing !== 'pending') return refuse(refusal.code, refusal.message);
      return accept({ type: 'kanade.endpoint.approved.v1', data: { endpointId } }, { type: 'kanade.endpoint.enrolled.v1', data: enrolled });
    case 'revoke':
      if (state.standing === 'revoked') return accept();
      if (state.standing === 'retired') return refuse('endpoint-retired', `endpoint ${endpointId} was retired, which has cut it off already`);
      return accept({ type: 'kanade.endpoint.revoked.v1', data: { endpointId, nkey: enrolled.nkey, reason: command.reason } }, ...gone(endpointId, command.at, state));
    case 'retire':
      if (state.standing === 'retired') return accept();
      return accept({ type: 'kanade.endpoint.retired.v1', data: { endpointId, nkey: enrolled.nkey } }, ...gone(endpointId, command.at, state));
    case 'erase':
      if (state.standing !== 'retired') return refuse('endpoint-not-retired', `endpoint ${endpointId} is ${state.standing}; let it leave the fleet first with: kanade endpoint retire ${endpointId}`);
      return state.erased ? accept() : accept({ type: 'kanade.endpoint.erased.v1', data: { endpointId, reason: command.reason } });
    case 'set-alias':
      if (state.alias === command.alias) return accept();
      if (state.standing === 'retired' && refusal !== undefined) return refuse(refusal.code, refusal.message);
      return accept({ type: 'kanade.endpoint.alias-changed.v1', data: { endpointId, alias: command.alias } });
    case 'assign-site':
      if (enrolled.site === command.site) return accept();
      return accept({ type: 'kanade.endpoint.site-assigned.v1', data: { endpointId, site: command.site } });
    default:
      return command satisfies never;
  }
}

/** Decides on a command about one endpoint; what is so already makes no event. */
export function decideEndpoint(command: EndpointCommand, state: EndpointState): Decision {
  if (command.type === 'enrol' || command.type === 'request-enrolment') return decideEnrol(command, state);
  if (command.type === 'rekey') return decideRekey(command, state);
  const { endpointId } = command;
  if (state.enrolled === null) return refuse('not-found', `there is no endpoint ${endpointId}`);
  switch (command.type) {
    case 'come-online':
      // What the broker still says of one that is being cut off is no news.
      if (state.presence === 'online' || state.standing !== 'active') return accept();
      return accept({ type: 'kanade.endpoint.came-online.v1', data: { endpointId, observedAt: command.observedAt } });
    case 'go-offline':
      // One that was never seen has nothing to lose: its first sign of life is the first transition.
      if (state.presence !== 'online') return accept();
      return accept({ type: 'kanade.endpoint.went-offline.v1', data: { endpointId, observedAt: command.observedAt, reason: command.reason } });
    case 'report-conflict':
      if (state.conflicted || state.standing !== 'active') return accept();
      return accept({ type: 'kanade.endpoint.conflict-reported.v1', data: { endpointId, detail: command.detail } });
    case 'hold':
      if (state.held || state.standing !== 'active') return accept();
      return accept({ type: 'kanade.endpoint.held.v1', data: { endpointId, cause: command.cause, detail: command.detail, until: command.until } });
    case 'release':
      return state.held ? accept({ type: 'kanade.endpoint.released.v1', data: { endpointId, reason: command.reason } }) : accept();
    case 'quarantine':
      if (state.quarantined) return accept();
      return accept({ type: 'kanade.endpoint.quarantined.v1', data: { endpointId, sequence: command.sequence, reason: command.reason } });
    default:
      return decideStanding(command, state, state.enrolled);
  }
}

function withNewKeys(state: EndpointState, { previousNkey, ...data }: Rekeyed): EndpointState {
  const site = state.enrolled?.site ?? 'default';
  const fresh = { standing: 'active', quarantined: false, conflicted: false, held: false, erased: false } as const;
  return { ...state, ...fresh, enrolled: { ...data, site }, pastNkeys: [...state.pastNkeys, previousNkey] };
}

/** The state after one more event. */
export function evolveEndpoint(state: EndpointState, event: ControlEvent): EndpointState {
  switch (event.type) {
    case 'kanade.endpoint.enrolment-requested.v1':
      return { ...state, enrolled: event.data, standing: 'pending' };
    case 'kanade.endpoint.enrolled.v1':
      return { ...state, enrolled: event.data, standing: 'active' };
    case 'kanade.endpoint.rekeyed.v1':
      return withNewKeys(state, event.data);
    case 'kanade.endpoint.revoked.v1':
      return { ...state, standing: 'revoked' };
    case 'kanade.endpoint.retired.v1':
      // Its alias is free for another.
      return { ...state, standing: 'retired', alias: null };
    case 'kanade.endpoint.erased.v1':
      return { ...state, erased: true };
    case 'kanade.endpoint.alias-changed.v1':
      return { ...state, alias: event.data.alias };
    case 'kanade.endpoint.came-online.v1':
      return { ...state, presence: 'online' };
    case 'kanade.endpoint.went-offline.v1':
      return { ...state, presence: 'offline' };
    case 'kanade.endpoint.site-assigned.v1':
      return state.enrolled === null ? state : { ...state, enrolled: { ...state.enrolled, site: event.data.site } };
    case 'kanade.endpoint.conflict-reported.v1':
      return { ...state, conflicted: true };
    case 'kanade.endpoint.held.v1':
      return { ...state, held: true };
    case 'kanade.endpoint.released.v1':
      return { ...state, held: false };
    case 'kanade.endpoint.quarantined.v1':
      return { ...state, quarantined: true };
    default:
      return state;
  }
}
