import { sql } from 'kysely';
import type { EventHandlers, EventMap, Place, Refusal } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { EndpointsTable, RevokedKeysTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';
import { searchText } from './endpoint-rows.ts';

type Standing = Pick<EndpointsTable, 'key' | 'standing' | 'standingAt' | 'standingReason'>;
type Hold = Pick<EndpointsTable, 'key' | 'heldCause' | 'heldDetail' | 'heldSince' | 'heldUntil'>;
type Keys = Pick<
  EndpointsTable,
  'key' | 'osFamily' | 'osName' | 'osVersion' | 'osArchitecture' | 'agentVersion' | 'simulated' | 'nkey' | 'signingKey' | 'sealingKey' | 'keyedFrom' | 'standingAt'
>;

function prepareStatements({ connection }: Session) {
  return {
    setStanding: prepareWrite(connection, (query, parameter: Parameter<Standing>) =>
      query
        .updateTable('endpoints')
        .set({ standing: parameter('standing'), standingAt: parameter('standingAt'), standingReason: parameter('standingReason') })
        .where('key', '=', parameter('key'))),
    setAlias: prepareWrite(connection, (query, parameter: Parameter<Pick<EndpointsTable, 'key' | 'alias' | 'searchAlias'>>) =>
      query.updateTable('endpoints').set({ alias: parameter('alias'), searchAlias: parameter('searchAlias') }).where('key', '=', parameter('key'))),
    setSite: prepareWrite(connection, (query, parameter: Parameter<Pick<EndpointsTable, 'key' | 'site'>>) =>
      query.updateTable('endpoints').set({ site: parameter('site') }).where('key', '=', parameter('key'))),
    setConflict: prepareWrite(connection, (query, parameter: Parameter<{ key: number; detail: string }>) =>
      query.updateTable('endpoints').set({ conflictReason: parameter('detail') }).where('key', '=', parameter('key'))),
    setHold: prepareWrite(connection, (query, parameter: Parameter<Hold>) =>
      query
        .updateTable('endpoints')
        .set({ heldCause: parameter('heldCause'), heldDetail: parameter('heldDetail'), heldSince: parameter('heldSince'), heldUntil: parameter('heldUntil') })
        .where('key', '=', parameter('key'))),
    setKeys: prepareWrite(connection, (query, parameter: Parameter<Keys>) =>
      query
        .updateTable('endpoints')
        .set({
          osFamily: parameter('osFamily'), osName: parameter('osName'), osVersion: parameter('osVersion'), osArchitecture: parameter('osArchitecture'),
          agentVersion: parameter('agentVersion'), simulated: parameter('simulated'), nkey: parameter('nkey'), signingKey: parameter('signingKey'),
          sealingKey: parameter('sealingKey'), keyedFrom: parameter('keyedFrom'), standing: sql.lit('active'), standingAt: parameter('standingAt'), standingReason: null,
          quarantined: 0, quarantineReason: null, conflictReason: null, heldCause: null, heldDetail: null, heldSince: null, heldUntil: null,
        })
        .where('key', '=', parameter('key'))),
    revokeKey: prepareWrite(connection, (query, parameter: Parameter<RevokedKeysTable>) =>
      query
        .insertInto('revokedKeys')
        .values({ nkey: parameter('nkey'), endpointKey: parameter('endpointKey'), revokedAt: parameter('revokedAt') })
        // Revoked once is revoked: retiring a revoked endpoint starts nothing anew.
        .onConflict((conflict) => conflict.doNothing())),
  };
}

/** Where endpoints stand with the fleet, which keys of theirs count no more, and what operators call them. */
export function openStanding(session: Session, rename: (key: number, hostname: string, place: Place) => void, resetBudget: (key: number) => void) {
  const { keys, changes } = session;
  const statements = prepareStatements(session);
  const known = (endpointId: string, act: (key: number) => void): Refusal | undefined => {
    const key = keys.endpoint(endpointId);
    if (key === undefined) return refuse('endpoint-unknown', `endpoint ${endpointId} was never enrolled`);
    act(key);
    changes.row('endpoint', endpointId);
    return undefined;
  };
  const cutOff = (event: EventMap['kanade.endpoint.revoked.v1'] | EventMap['kanade.endpoint.retired.v1'], { recordedAt }: Place): Refusal | undefined =>
    known(event.data.endpointId, (key) => {
      const standingAt = new Date(recordedAt).toISOString();
      statements.revokeKey({ nkey: event.data.nkey, endpointKey: key, revokedAt: recordedAt });
      if (event.type === 'kanade.endpoint.revoked.v1') {
        statements.setStanding({ key, standing: 'revoked', standingAt, standingReason: event.data.reason });
        return;
      }
      statements.setStanding({ key, standing: 'retired', standingAt, standingReason: null });
      statements.setAlias({ key, alias: null, searchAlias: null });
    });

  const events: EventHandlers = {
    // Its enrolment follows in the same append and says the rest.
    'kanade.endpoint.approved.v1': ({ data }) => known(data.endpointId, () => undefined),
    'kanade.endpoint.revoked.v1': cutOff,
    'kanade.endpoint.retired.v1': cutOff,
    'kanade.endpoint.alias-changed.v1': ({ data: { endpointId, alias } }) =>
      known(endpointId, (key) => statements.setAlias({ key, alias, searchAlias: alias === null ? null : searchText(alias) })),
    'kanade.endpoint.site-assigned.v1': ({ data: { endpointId, site } }) =>
      known(endpointId, (key) => {
        statements.setSite({ key, site });
        keys.moved(key);
      }),
    'kanade.endpoint.held.v1': ({ data: { endpointId, cause, detail, until } }, { recordedAt }) =>
      known(endpointId, (key) => statements.setHold({ key, heldCause: cause, heldDetail: detail, heldSince: new Date(recordedAt).toISOString(), heldUntil: until })),
    'kanade.endpoint.released.v1': ({ data: { endpointId } }) =>
      known(endpointId, (key) => {
        resetBudget(key);
        statements.setHold({ key, heldCause: null, heldDetail: null, heldSince: null, heldUntil: null });
      }),
    'kanade.endpoint.conflict-reported.v1': ({ data: { endpointId, detail } }) => known(endpointId, (key) => statements.setConflict({ key, detail })),
    'kanade.endpoint.rekeyed.v1': ({ data }, place) =>
      known(data.endpointId, (key) => {
        const { os } = data;
        statements.revokeKey({ nkey: data.previousNkey, endpointKey: key, revokedAt: place.recordedAt });
        rename(key, data.hostname, place);
        statements.setKeys({
          key, osFamily: os.family, osName: os.name, osVersion: os.version, osArchitecture: os.architecture, agentVersion: data.agentVersion,
          simulated: data.simulated ? 1 : 0, nkey: data.nkey, signingKey: data.signingKey, sealingKey: data.sealingKey, keyedFrom: place.position,
          standingAt: new Date(place.recordedAt).toISOString(),
        });
      }),
  };
  return { events };
}
