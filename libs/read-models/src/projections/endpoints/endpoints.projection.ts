import type { EventHandlers, EventMap, Place, Refusal } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import { openEndpointRows } from './endpoint-rows.ts';
import { openInventory } from './inventory.ts';
import { openStanding } from './standing.ts';

type Presence = EventMap['kanade.endpoint.came-online.v1'] | EventMap['kanade.endpoint.went-offline.v1'];

/** Endpoints as they are now: identity, presence, inventory. */
export function openEndpoints(session: Session, tokenUsed: (tokenId: string, at: string) => void, resetBudget: (key: number) => void) {
  const { keys, changes, erasures } = session;
  const rows = openEndpointRows(session);
  const inventory = openInventory(session);
  const standing = openStanding(session, (key, hostname, place) => { rows.rename(key, hostname, place); }, resetBudget);

  const observed = (event: Presence, status: 'online' | 'offline'): Refusal | undefined => {
    const { endpointId, observedAt } = event.data;
    const key = keys.endpoint(endpointId);
    if (key === undefined) return refuse('endpoint-unknown', `endpoint ${endpointId} was never enrolled`);
    rows.setStatus({ key, status, observedAt });
    changes.row('endpoint', endpointId);
    return undefined;
  };

  const enrol = (event: EventMap['kanade.endpoint.enrolled.v1'] | EventMap['kanade.endpoint.enrolment-requested.v1'], place: Place): undefined => {
    // An approval enrols what has used its token already.
    if (keys.endpoint(event.data.endpointId) === undefined) tokenUsed(event.data.tokenId, event.time);
    rows.enrol(event, place);
    changes.row('endpoint', event.data.endpointId);
  };

  const events: EventHandlers = {
    ...standing.events,
    'kanade.endpoint.enrolment-requested.v1': enrol,
    'kanade.endpoint.enrolled.v1': enrol,
    'kanade.endpoint.rekeyed.v1': (event, place) => {
      erasures.forget();
      tokenUsed(event.data.tokenId, event.time);
      return standing.events['kanade.endpoint.rekeyed.v1']?.(event, place);
    },
    'kanade.endpoint.came-online.v1': (event) => observed(event, 'online'),
    'kanade.endpoint.went-offline.v1': (event) => observed(event, 'offline'),
    'kanade.endpoint.quarantined.v1': ({ data }) => {
      const key = keys.endpoint(data.endpointId);
      if (key === undefined) return refuse('endpoint-unknown', `endpoint ${data.endpointId} was never enrolled`);
      rows.quarantine({ key, reason: data.reason });
      changes.row('endpoint', data.endpointId);
      return undefined;
    },
    'kanade.agent.started.v1': (event, place) => {
      if (erasures.isGone(place.endpointKey)) return undefined;
      rows.start(place.endpointKey, event, place);
      changes.row('endpoint', event.source.slice('endpoint/'.length));
      return undefined;
    },
    'kanade.inventory.changed.v1': (event, place) => {
      if (erasures.isGone(place.endpointKey)) return undefined;
      inventory.setFacet(event, place);
      changes.row('endpoint', event.source.slice('endpoint/'.length));
      return undefined;
    },
    'kanade.inventory.packages-changed.v1': (event, place) => {
      if (erasures.isGone(place.endpointKey)) return undefined;
      inventory.changePackages(event, place);
      changes.row('endpoint', event.source.slice('endpoint/'.length));
      return undefined;
    },
  };
  return { events };
}
