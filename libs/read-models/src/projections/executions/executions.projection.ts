import type { EventHandlers, EventMap, Place, Refusal } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { ExecutionsTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';
import { ExecutionSites } from './execution-sites.ts';
import { Runs } from './runs.projection.ts';
import { openApprovals } from './approvals.ts';
import { openTallies } from './tallies.ts';
import { openTrimExecutions } from './trim-executions.ts';

type NewExecution = Pick<
  ExecutionsTable,
  | 'key' | 'id' | 'jobId' | 'jobVersion' | 'shell' | 'timeoutMs' | 'runAs' | 'cwd' | 'scriptDigest' | 'requestedBy' | 'requestedAt' | 'expiresAt'
  | 'supersede' | 'targetCount' | 'approval' | 'approvalUntil' | 'approvalAsker' | 'eventId' | 'privateDigest'
> & { readonly secrets: string };

const prepare = ({ connection }: Session) => ({
  insert: prepareWrite(connection, (query, parameter: Parameter<NewExecution>) =>
    query.insertInto('executions').values({
      key: parameter('key'), id: parameter('id'), state: 'running', jobId: parameter('jobId'), jobVersion: parameter('jobVersion'), shell: parameter('shell'),
      timeoutMs: parameter('timeoutMs'), runAs: parameter('runAs'), cwd: parameter('cwd'), scriptDigest: parameter('scriptDigest'), requestedBy: parameter('requestedBy'),
      requestedAt: parameter('requestedAt'), expiresAt: parameter('expiresAt'), supersede: parameter('supersede'), secrets: parameter('secrets'), cancelRequested: 0,
      countedPosition: parameter('key'), targetCount: parameter('targetCount'), approval: parameter('approval'), approvalUntil: parameter('approvalUntil'), approvalAsker: parameter('approvalAsker'), eventId: parameter('eventId'),
      privateDigest: parameter('privateDigest'),
    })),
  cancel: prepareWrite(connection, (query, parameter: Parameter<{ key: number }>) =>
    query.updateTable('executions').set({ cancelRequested: 1 }).where('key', '=', parameter('key'))),
});

/** Executions, their runs, and the counts of both. */
export function openExecutions(session: Session, nameOf: (principal: string) => string) {
  const { keys, changes } = session;
  const tallies = openTallies(session);
  const sites = new ExecutionSites(session);
  const runs = new Runs(session, tallies, sites);
  const { insert, cancel } = prepare(session);
  const approvals = openApprovals(session, runs, nameOf);

  const request = (event: EventMap['kanade.execution.requested.v1'], { position }: Place): Refusal | undefined => {
    const { data } = event;
    if (keys.execution(data.executionId) !== undefined) return refuse('execution-repeated', `execution ${data.executionId} was requested before`);
    insert({
      key: position, id: data.executionId, jobId: data.job?.id ?? null, jobVersion: data.job?.version ?? null, ...data.execute, scriptDigest: data.scriptDigest,
      requestedBy: nameOf(event.principal ?? 'system'), requestedAt: event.time, expiresAt: data.expiresAt, supersede: data.supersede ? 1 : 0,
      targetCount: data.targetCount, ...approvals.asked(data.confirmation), eventId: event.id, privateDigest: event.privatedigest ?? null,
      secrets: JSON.stringify(data.secrets ?? []),
    });
    changes.row('execution', data.executionId);
    return undefined;
  };

  const events: EventHandlers = {
    ...runs.events,
    ...approvals.events,
    'kanade.execution.requested.v1': request,
    'kanade.execution.cancel-requested.v1': (event) => {
      const { data } = event;
      const key = keys.execution(data.executionId);
      if (key === undefined) return refuse('execution-unknown', `execution ${data.executionId} was never requested`);
      if (data.runIds === null) {
        cancel({ key });
        approvals.withdraw(key, event);
      }
      runs.requestCancel(key, data.runIds);
      changes.row('execution', data.executionId);
      return undefined;
    },
  };
  return {
    events,
    runs,
    sites,
    releaseUpTo: (position: number) => runs.releaseUpTo(position),
    firstHeld: () => runs.firstHeld(),
    flush: () => tallies.flush(),
    trim: openTrimExecutions(session, runs, sites),
    forget(): void {
      tallies.forget();
      runs.forget();
      sites.forget();
    },
  };
}
