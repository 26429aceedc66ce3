import { subjects } from '@kanade/contracts';
import { heldSubject } from '../broker/agent-subjects.ts';
import type { Nkey } from '../crypto/nkey.ts';
import { request } from '../wire/jetstream.ts';
import { isRecord, listAt, numberAt, parseRecord, recordAt, textAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import { changeAgentsAccount } from './agents-account.ts';
import { wireOf } from './connection.ts';
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

/** Cuts every connection of a key; one that may come back does so by itself. Resolves with how many there were. */
export async function kickConnections(system: SystemConnection, nkey: string): Promise<number> {
  const nc = wireOf(system);
  const query = JSON.stringify({ auth: true, user: nkey });
  const answer = parseRecord((await request(nc, `$SYS.REQ.ACCOUNT.${system.agentsAccount}.CONNZ`, query, 'find the connections of a key')).body, 'the list of connections');
  const server = textAt(recordAt(answer, 'server'), 'id');
  let kicked = 0;
  for (const connection of listAt(recordAt(answer, 'data'), 'connections')) {
    if (!isRecord(connection) || textAt(connection, 'authorized_user') !== nkey) continue;
    await request(nc, `$SYS.REQ.SERVER.${server}.KICK`, JSON.stringify({ cid: numberAt(connection, 'cid') }), 'cut a connection');
    kicked += 1;
  }
  return kicked;
}
