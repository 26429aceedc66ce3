import type { EventHandlers } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { JobsTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

type VersionRow = { jobId: string; position: number; version: string; appliedAt: string; appliedBy: string };

/** Registered jobs and their versions. */
export function openJobs({ connection, changes }: Session, nameOf: (principal: string) => string) {
  const save = prepareWrite(connection, (query, parameter: Parameter<JobsTable>) =>
    query
      .insertInto('jobs')
      .values({
        key: parameter('key'), id: parameter('id'), position: parameter('position'), version: parameter('version'), description: parameter('description'),
        shell: parameter('shell'), timeoutMs: parameter('timeoutMs'), runAs: parameter('runAs'), cwd: parameter('cwd'), scriptDigest: parameter('scriptDigest'),
        scriptBytes: parameter('scriptBytes'), appliedAt: parameter('appliedAt'), appliedBy: parameter('appliedBy'), eventId: parameter('eventId'),
        privateDigest: parameter('privateDigest'), secrets: parameter('secrets'),
      })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          position: row.ref('excluded.position'), version: row.ref('excluded.version'), description: row.ref('excluded.description'), shell: row.ref('excluded.shell'),
          timeoutMs: row.ref('excluded.timeoutMs'), runAs: row.ref('excluded.runAs'), cwd: row.ref('excluded.cwd'), scriptDigest: row.ref('excluded.scriptDigest'),
          scriptBytes: row.ref('excluded.scriptBytes'), appliedAt: row.ref('excluded.appliedAt'), appliedBy: row.ref('excluded.appliedBy'), eventId: row.ref('excluded.eventId'),
          privateDigest: row.ref('excluded.privateDigest'), secrets: row.ref('excluded.secrets'),
        })),
      ));
  const saveVersion = prepareWrite(connection, (query, parameter: Parameter<VersionRow>) =>
    query.insertInto('jobVersions').columns(['position', 'jobKey', 'version', 'appliedAt', 'appliedBy']).expression((from) =>
      from.selectFrom('jobs').where('id', '=', parameter('jobId')).select([
        parameter('position').as('position'), 'key', parameter('version').as('version'), parameter('appliedAt').as('appliedAt'), parameter('appliedBy').as('appliedBy'),
      ])));

  const events: EventHandlers = {
    'kanade.job.applied.v1': (event, { position }) => {
      const { data } = event;
      const appliedBy = nameOf(event.principal ?? 'system');
      save({
        key: position, id: data.jobId, position, version: data.version, description: data.description, ...data.execute, scriptDigest: data.scriptDigest,
        scriptBytes: data.scriptBytes, appliedAt: event.time, appliedBy, eventId: event.id, privateDigest: event.privatedigest ?? null,
        secrets: JSON.stringify(data.secrets ?? []),
      });
      saveVersion({ jobId: data.jobId, position, version: data.version, appliedAt: event.time, appliedBy });
      changes.row('job', data.jobId);
      return undefined;
    },
  };
  return { events };
}
