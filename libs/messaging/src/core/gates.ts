import { subjects } from '@kanade/contracts';
import { heldSubject } from '../broker/agent-subjects.ts';
import type { Nkey } from '../crypto/nkey.ts';
import { request } from '../wire/jetstream.ts';
import { isRecord } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import { changeAgentsAccount } from './agents-account.ts';
import { wireOf } from './connection.ts';
import { listPage } from './system.ts';
import type { SystemConnection } from './system.ts';

/** Whose events the broker lets through to the record. */
export interface WantedGates {
  /** Endpoints whose events it does not let through. */
  readonly closed: ReadonlySet<string>;
  /** No endpoint's, while the record is nearly full. */
  readonly allClosed: boolean;
}

/** Nobody listens there, in neither account: whoever publishes hears at once that nobody does. */
const nowhere = (endpointId: string) => heldSubject.replace('{id}', endpointId);
const mapping = (to: string) => [{ subject: to, weight: 100 }];

function mappingsOf({ closed, allClosed }: WantedGates): Record<string, unknown> {
  const each = [...closed].sort().map((endpointId) => [subjects.endpointEvents(endpointId), mapping(nowhere(endpointId))] as const);
  const all = allClosed ? [['kanade.events.endpoint.*', mapping(nowhere('{{wildcard(1)}}'))] as const] : [];
  return Object.fromEntries([...all, ...each]);
}

/**
 * Has the broker turn the event subjects of the wanted endpoints away, and let those of all others through; false when all was so already.
 * Everything else of an endpoint stays open and connected: its commands, beats, samples and output. The subject is mapped in the agents'
 * account to one nobody imports; other than a change of imports, such a push disturbs no connection and no waiting pull.
 */
export function pushGates(system: SystemConnection, operator: Nkey, wanted: WantedGates): Promise<boolean> {
  return changeAgentsAccount(system, operator, 'close and open the way of events', ({ mappings, ...nats }) => {
    const next = mappingsOf(wanted);
    const known: JsonRecord = isRecord(mappings) ? mappings : {};
    const same = Object.keys(known).sort().join(' ') === Object.keys(next).sort().join(' ');
    return same ? undefined : { ...nats, mappings: next };
  });
}

/** So many are cut at once: each is a request to the broker. */
const cutsAtOnce = 64;

/** Cuts every connection of a key; one that may come back does so by itself. Resolves with how many there were. */
export async function kickConnections(system: SystemConnection, nkey: string): Promise<number> {
  const cut = new Set<number>();
  for (;;) {
    const { server, connections, more } = await listPage(system, { offset: 0, nkey });
    const fresh = connections.filter(({ connection }) => !cut.has(connection));
    for (let start = 0; start < fresh.length; start += cutsAtOnce) {
      await Promise.all(
        fresh.slice(start, start + cutsAtOnce).map(({ connection }) => {
          cut.add(connection);
          return request(wireOf(system), `$SYS.REQ.SERVER.${server}.KICK`, JSON.stringify({ cid: connection }), 'cut a connection');
        }),
      );
    }
    // What is on its way out is still listed; whoever comes meanwhile is for the next look.
    if (!more || fresh.length === 0) return cut.size;
  }
}
