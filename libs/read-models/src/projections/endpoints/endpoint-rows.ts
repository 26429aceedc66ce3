import { sql } from 'kysely';
import type { Expression } from 'kysely';
import type { EventMap, Place } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { EndpointsTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

type NewEndpoint = Pick<
  EndpointsTable,
  'nameSince' | 'standing' | 'standingAt' | 'keyedFrom' | 'fromPosition' | 'key' | 'id' | 'name' | 'searchName' | 'osFamily' | 'osName' | 'osVersion' | 'osArchitecture' | 'agentVersion' | 'site' | 'simulated' | 'enrolledAt' | 'nkey' | 'signingKey' | 'sealingKey'
>;
type Start = Pick<EndpointsTable, 'key' | 'name' | 'searchName' | 'nameSince' | 'osFamily' | 'osName' | 'osVersion' | 'osArchitecture' | 'agentVersion' | 'shells'>;

/** What searches compare with: hosts do not tell capitals apart. */
export const searchText = (name: string): string => name.toLowerCase();

/** The time its name began: as before while the name is the same, capitals apart. */
const sinceWhen = (searchName: Expression<string>, now: Expression<string>) =>
  sql<string>`case when ${sql.ref('endpoints.searchName')} = ${searchName} then ${sql.ref('endpoints.nameSince')} else ${now} end`;

const prepareEnrol = ({ connection }: Session) =>
  prepareWrite(connection, (query, parameter: Parameter<NewEndpoint>) =>
    query
      .insertInto('endpoints')
      .values({
        key: parameter('key'), id: parameter('id'), name: parameter('name'), searchName: parameter('searchName'), nameSince: parameter('nameSince'),
        standing: parameter('standing'), standingAt: parameter('standingAt'), keyedFrom: parameter('keyedFrom'), fromPosition: parameter('fromPosition'), status: 'never-seen',
        osFamily: parameter('osFamily'), osName: parameter('osName'), osVersion: parameter('osVersion'), osArchitecture: parameter('osArchitecture'),
        agentVersion: parameter('agentVersion'), site: parameter('site'), simulated: parameter('simulated'), quarantined: 0, enrolledAt: parameter('enrolledAt'),
        shells: '[]', nkey: parameter('nkey'), signingKey: parameter('signingKey'), sealingKey: parameter('sealingKey'), packageCount: 0,
      })
      // Enrolled again, the endpoint keeps its row and its history, and has new keys.
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          name: row.ref('excluded.name'), searchName: row.ref('excluded.searchName'), nameSince: sinceWhen(row.ref('excluded.searchName'), row.ref('excluded.nameSince')),
          standing: row.ref('excluded.standing'), standingAt: row.ref('excluded.standingAt'), standingReason: null, keyedFrom: row.ref('excluded.keyedFrom'), agentVersion: row.ref('excluded.agentVersion'), site: row.ref('excluded.site'),
          nkey: row.ref('excluded.nkey'), signingKey: row.ref('excluded.signingKey'), sealingKey: row.ref('excluded.sealingKey'), enrolledAt: row.ref('excluded.enrolledAt'),
        })),
      ));

const prepareStart = ({ connection }: Session) =>
  prepareWrite(connection, (query, parameter: Parameter<Start>) =>
    query
      .updateTable('endpoints')
      .set({
        name: parameter('name'), searchName: parameter('searchName'), nameSince: sinceWhen(parameter('searchName'), parameter('nameSince')), osFamily: parameter('osFamily'), osName: parameter('osName'), osVersion: parameter('osVersion'),
        osArchitecture: parameter('osArchitecture'), agentVersion: parameter('agentVersion'), shells: parameter('shells'),
      })
      .where('key', '=', parameter('key')));

const prepareRename = ({ connection }: Session) =>
  prepareWrite(connection, (query, parameter: Parameter<Pick<EndpointsTable, 'key' | 'name' | 'searchName' | 'nameSince'>>) =>
    query
      .updateTable('endpoints')
      .set({ name: parameter('name'), searchName: parameter('searchName'), nameSince: sinceWhen(parameter('searchName'), parameter('nameSince')) })
      .where('key', '=', parameter('key')));

const operatingSystem = (os: EventMap['kanade.agent.started.v1']['data']['os']) => ({
  osFamily: os.family, osName: os.name, osVersion: os.version, osArchitecture: os.architecture,
});

const timeText = (recordedAt: number): string => new Date(recordedAt).toISOString();

type Enrolment = EventMap['kanade.endpoint.enrolled.v1'] | EventMap['kanade.endpoint.enrolment-requested.v1'];

/** The statements over `endpoints`. */
export function openEndpointRows(session: Session) {
  const { connection, keys } = session;
  const enrol = prepareEnrol(session);
  const start = prepareStart(session);
  const rename = prepareRename(session);
  return {
    enrol(event: Enrolment, { position, recordedAt }: Place): void {
      const { data } = event;
      const at = timeText(recordedAt);
      keys.moved(keys.endpoint(data.endpointId) ?? position);
      enrol({
        key: position, id: data.endpointId, name: data.hostname, searchName: searchText(data.hostname), nameSince: at, ...operatingSystem(data.os),
        agentVersion: data.agentVersion, site: data.site, simulated: data.simulated ? 1 : 0, enrolledAt: event.time, nkey: data.nkey, signingKey: data.signingKey,
        sealingKey: data.sealingKey, keyedFrom: position, fromPosition: position, standing: event.type === 'kanade.endpoint.enrolled.v1' ? 'active' : 'pending', standingAt: at,
      });
    },
    start(key: number, { data }: EventMap['kanade.agent.started.v1'], { recordedAt }: Place): void {
      start({
        key, name: data.hostname, searchName: searchText(data.hostname), nameSince: timeText(recordedAt), ...operatingSystem(data.os), agentVersion: data.agentVersion,
        shells: JSON.stringify(data.shells),
      });
    },
    rename(key: number, hostname: string, { recordedAt }: Place): void {
      rename({ key, name: hostname, searchName: searchText(hostname), nameSince: timeText(recordedAt) });
    },
    setStatus: prepareWrite(connection, (query, parameter: Parameter<Pick<EndpointsTable, 'key' | 'status' | 'observedAt'>>) =>
      query.updateTable('endpoints').set({ status: parameter('status'), observedAt: parameter('observedAt') }).where('key', '=', parameter('key'))),
    quarantine: prepareWrite(connection, (query, parameter: Parameter<{ key: number; reason: string }>) =>
      query.updateTable('endpoints').set({ quarantined: 1, quarantineReason: parameter('reason') }).where('key', '=', parameter('key'))),
  };
}
