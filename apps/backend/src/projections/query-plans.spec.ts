import { accountListQuerySchema, auditListQuerySchema, endpointListQuerySchema, enrolmentTokenListQuerySchema, eventListQuerySchema, executionListQuerySchema, jobListQuerySchema, packageListQuerySchema, runListQuerySchema } from '@kanade/contracts';
import type { Compilable } from '@kanade/read-models';
import { busyHistory } from '@kanade/read-models/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getAccountSql } from '../accounts/get-account.query.ts';
import { listAccountsSql } from '../accounts/list-accounts.query.ts';
import { systemPrincipal } from '../accounts/principal.ts';
import { auditAfterSql } from '../audit/audit-view.ts';
import { listAuditSql } from '../audit/list-audit.query.ts';
import { endpointsOverBudgetSql, heldEndpointsSql } from '../endpoints/endpoint.reads.ts';
import { getEndpointSql } from '../endpoints/get-endpoint.query.ts';
import { getPerformanceSql } from '../endpoints/get-performance.query.ts';
import { listPackagesSql } from '../endpoints/list-endpoint-packages.query.ts';
import { listEnrolmentTokensSql } from '../endpoints/list-enrolment-tokens.query.ts';
import { listEndpointsSql } from '../endpoints/list-endpoints.query.ts';
import { exportedSql, keyEventsSql } from '../events/export-reads.ts';
import { listEventsSql } from '../events/list-events.query.ts';
import { getExecutionSql } from '../executions/get-execution.query.ts';
import { getRunSql } from '../executions/get-run.query.ts';
import { listResultsSql } from '../executions/list-execution-results.query.ts';
import { listExecutionsSql } from '../executions/list-executions.query.ts';
import { visibleCountsSql } from '../executions/execution-scope.ts';
import { listRunsSql } from '../executions/list-runs.query.ts';
import { chunksSql } from '../executions/run-output.ts';
import { getJobSql, jobVersionsSql } from '../jobs/get-job.query.ts';
import { listJobsSql } from '../jobs/list-jobs.query.ts';
import { overviewSql } from '../overview/get-overview.query.ts';
import { getPoisonSql } from '../read-model/get-poison.query.ts';
import { firstPoisonSql } from '../read-model/get-read-model.query.ts';
import { listPoisonSql } from '../read-model/list-poison.query.ts';
import { incompleteSinceSql } from './incomplete.ts';
import { writeCursor } from './cursor.ts';
import { foldScene } from './folded-scene.spec-kit.ts';
import type { FoldedScene } from './folded-scene.spec-kit.ts';
import { acceptedCommandsSql, activeRunsSql, cutOffEndpointsSql, executionsToCancelSql, openRunsOfCutOffSql, overdueApprovalsSql, runsPastDeadlineSql, runsToDispatchSql } from './process-reads.ts';

let scene: FoldedScene;
beforeAll(() => {
  scene = foldScene(busyHistory());
});
afterAll(() => scene.close());

const endpoints = (query: object) => listEndpointsSql(systemPrincipal, endpointListQuerySchema.parse(query)).query;
const executions = (query: object, site?: number) => listExecutionsSql(executionListQuerySchema.parse(query), site);
const runs = (query: object, site?: number) => listRunsSql(runListQuerySchema.parse(query), site);
const events = (query: object, site?: number) => listEventsSql(eventListQuerySchema.parse(query), {}, site);
const audit = (query: object) => listAuditSql(auditListQuerySchema.parse({ ...query, cursor: afterKey }), {});
const afterName = writeCursor(['m', 7]);
const afterKey = writeCursor([7]);

/** What is asked, and the index it must walk; a second one where a name is looked up first. */
const hot: [string, () => Compilable, string][] = [
  ['endpoints by name', () => endpoints({}), 'endpointsByName'],
  ['endpoints by name, next page', () => endpoints({ cursor: afterName }), 'endpointsByName'],
  ['endpoints by name, backwards', () => endpoints({ sort: '-name', cursor: afterName }), 'endpointsByName'],
  ['endpoints by exact name', () => endpoints({ name: 'E1-host' }), 'endpointsByName'],
  ['endpoints of a part of a name', () => endpoints({ search: 'host' }), 'endpointsByName'],
  ['endpoints by status', () => endpoints({ sort: 'status' }), 'endpointsByStatus'],
  ['endpoints by status, next page', () => endpoints({ sort: 'status', cursor: writeCursor(['offline', 'm', 7]) }), 'endpointsByStatus'],
  ['endpoints that are online', () => endpoints({ status: 'online', cursor: afterName }), 'endpointsByStatus'],
  ['endpoints by enrolment', () => endpoints({ sort: '-enrolledAt', cursor: afterKey }), 'SEARCH endpoints USING INTEGER PRIMARY KEY'],
  ['endpoints by alias', () => endpoints({ alias: 'Front Desk' }), 'endpointsByAlias'],
  ['endpoints that wait', () => endpoints({ standing: 'pending' }), 'endpointsByStanding'],
  ['every endpoint, retired ones too', () => endpoints({ standing: 'all', cursor: afterName }), 'endpointsByName'],
  ['enrolment tokens', () => listEnrolmentTokensSql(systemPrincipal, enrolmentTokenListQuerySchema.parse({ cursor: afterKey })), 'SEARCH enrolmentTokens USING INTEGER PRIMARY KEY'],
  ['endpoints that were cut off', () => cutOffEndpointsSql(), 'endpointsByStanding'],
  ['open runs of endpoints that were cut off', () => openRunsOfCutOffSql(), 'runsByDeadline'],
  ['one endpoint', () => getEndpointSql(systemPrincipal, 'e1'), 'sqlite_autoindex_endpoints_1'],
  ['packages', () => listPackagesSql(5, { ...packageListQuerySchema.parse({ cursor: writeCursor(['a', 'a', 'a', 'dpkg', 0]) }), endpointId: 'e1' }), 'SEARCH packages USING PRIMARY KEY'],
  ['performance', () => getPerformanceSql(5, 0), 'samplesByEndpoint'],
  ['accounts', () => listAccountsSql(accountListQuerySchema.parse({ cursor: writeCursor(['m', 7]) })), 'accountsByName'],
  ['one account', () => getAccountSql('admin'), 'accountsByName'],
  ['jobs', () => listJobsSql(jobListQuerySchema.parse({ cursor: writeCursor(['hello', 1]) })), 'sqlite_autoindex_jobs_1'],
  ['one job', () => getJobSql('hello'), 'sqlite_autoindex_jobs_1'],
  ['versions of a job', () => jobVersionsSql(1), 'jobVersionsByJob'],
  ['executions', () => executions({ cursor: afterKey }), 'SEARCH executions USING INTEGER PRIMARY KEY'],
  ['executions in a state', () => executions({ state: 'failed', cursor: afterKey }), 'executionsByState'],
  ['executions of a job', () => executions({ jobId: 'hello', cursor: afterKey }), 'executionsByJob'],
  ['one execution', () => getExecutionSql('x1'), 'sqlite_autoindex_executions_1'],
  ['results of an execution', () => listResultsSql(9, { executionId: 'x1', limit: 50, cursor: afterKey }, undefined), 'runsByExecution'],
  ['runs', () => runs({ cursor: afterKey }), 'SEARCH runs USING INTEGER PRIMARY KEY'],
  ['runs of an execution', () => runs({ executionId: 'x1', cursor: afterKey }), 'runsByExecution'],
  ['runs of an endpoint', () => runs({ endpointId: 'e1', cursor: afterKey }), 'runsByEndpoint'],
  ['runs in a state', () => runs({ state: 'failed', cursor: afterKey }), 'runsByState'],
  ['one run', () => getRunSql('r1'), 'sqlite_autoindex_runs_1'],
  ['output of a run', () => chunksSql(1, 'stdout', 0, 1000), 'chunksByRun'],
  ['events', () => events({ cursor: afterKey }), 'SEARCH events USING INTEGER PRIMARY KEY'],
  ['events, oldest first', () => events({ order: 'asc' }), 'SCAN events'],
  ['events after a position', () => listEventsSql(eventListQuerySchema.parse({ order: 'asc' }), { from: 8 }), 'SEARCH events USING INTEGER PRIMARY KEY'],
  ['poisoned events', () => events({ status: 'poison', cursor: afterKey }), 'SEARCH events USING INTEGER PRIMARY KEY'],
  ['events of a type', () => events({ type: 'kanade.run.finished.v1', cursor: afterKey }), 'eventsByType'],
  ['events of an endpoint', () => events({ endpointId: 'e1', cursor: afterKey }), 'eventsByEndpoint'],
  ['events of an execution', () => events({ executionId: 'x1', cursor: afterKey }), 'eventsByExecution'],
  ['events of a user', () => events({ principal: 'admin', cursor: afterKey }), 'eventsByPrincipal'],
  ['events of a token, of a site', () => events({ principal: 'token/t1' }, 1), 'eventsByPrincipal'],
  ['the audit', () => audit({}), 'SEARCH audit USING INTEGER PRIMARY KEY'],
  ['the audit of a time', () => listAuditSql(auditListQuerySchema.parse({}), { from: 3, to: 9 }), 'SEARCH audit USING INTEGER PRIMARY KEY'],
  ['the audit of an account', () => audit({ principal: 'account/a1' }), 'auditByAccount'],
  ['the audit of a user', () => audit({ principal: 'admin' }), 'auditByAccount'],
  ['the audit of a token', () => audit({ principal: 'token/t1' }), 'auditByPrincipal'],
  ['the audit of a type', () => audit({ type: 'kanade.job.applied.v1' }), 'auditByType'],
  ['refusals', () => audit({ outcome: 'refused' }), 'auditByOutcome'],
  ['the audit of an interface', () => audit({ interface: 'cli' }), 'auditByInterface'],
  ['the audit of an address', () => audit({ address: '203.0.113.7' }), 'auditByAddress'],
  ['the audit of a thing', () => audit({ target: 'e1' }), 'auditByTarget'],
  ['the audit, searched', () => audit({ search: 'e1' }), 'SEARCH audit USING INTEGER PRIMARY KEY'],
  ['an export of an endpoint', () => exportedSql({ endpointId: 'e1' }, { after: 7, to: 1000, limit: 500 }), 'eventsByEndpoint'],
  ['an export of an execution', () => exportedSql({ executionId: 'x1' }, { after: 7, to: 1000, limit: 500 }), 'eventsByExecution'],
  ['an export of a type', () => exportedSql({ type: 'kanade.run.finished.v1' }, { after: 7, to: 1000, limit: 500 }), 'eventsByType'],
  ['an export of a person', () => exportedSql({ principal: 'admin' }, { after: 7, to: 1000, limit: 500 }), 'eventsByPrincipal'],
  ['the keys of an endpoint', () => keyEventsSql('e1', 1000), 'eventsByEndpoint'],
  ['the audit, onwards', () => auditAfterSql(7, 1000, 500), 'SEARCH audit USING INTEGER PRIMARY KEY'],
  ['endpoints by status, counted', () => overviewSql.statuses(undefined), 'endpointsByStatus'],
  ['endpoints in quarantine, counted', () => overviewSql.quarantined(undefined), 'endpointsQuarantined'],
  ['what goes on, counted', () => overviewSql.goingOn(), 'executionsByState'],
  ['what goes on', () => overviewSql.running(undefined), 'executionsByState'],
  ['the latest results', () => overviewSql.latestRuns(), 'SCAN runs'],
  ['executions of a site', () => executions({ cursor: afterKey }, 1), 'executionSitesBySite'],
  ['executions of a site in a state', () => executions({ state: 'failed', cursor: afterKey }, 1), 'executionSitesBySite'],
  ['results of an execution on a site', () => listResultsSql(9, { executionId: 'x1', limit: 50, cursor: afterKey }, [1, 2]), 'runsByExecution'],
  ['counts of an execution on sites', () => visibleCountsSql(9, [1, 2]), 'runsByExecution'],
  ['runs of a site', () => runs({ cursor: afterKey }, 1), 'runsBySite'],
  ['runs of an execution on a site', () => runs({ executionId: 'x1', cursor: afterKey }, 1), 'runsByExecution'],
  ['runs of an endpoint on a site', () => runs({ endpointId: 'e1', cursor: afterKey }, 1), 'runsByEndpoint'],
  ['events of a site', () => events({ cursor: afterKey }, 1), 'eventsBySite'],
  ['events of a site, of a type', () => events({ type: 'kanade.run.finished.v1', cursor: afterKey }, 1), 'eventsBySite'],
  ['events of an endpoint on a site', () => events({ endpointId: 'e1', cursor: afterKey }, 1), 'eventsByEndpoint'],
  ['what goes on over sites, counted', () => overviewSql.goingOnOver([1, 2]), 'runsByState'],
  ['what goes on over sites', () => overviewSql.running([1, 2]), 'executionsByState'],
  ['the latest results of a site', () => overviewSql.latestRuns(1), 'runsBySite'],
  ['endpoints of a site', () => endpoints({ site: 'default', cursor: afterName }), 'endpointsBySite'],
  ['endpoints of somebody’s site', () => listEndpointsSql({ ...systemPrincipal, scope: { sites: ['tokyo'] } }, endpointListQuerySchema.parse({})).query, 'endpointsBySite'],
  ['held endpoints', () => heldEndpointsSql(), 'endpointsHeld'],
  ['endpoints over their budget of a day', () => endpointsOverBudgetSql(20_000, { events: 5, bytes: 5 }), 'SEARCH endpoints USING INTEGER PRIMARY KEY'],
  ['what could not be folded', () => listPoisonSql({ stream: 'events', limit: 50, cursor: afterKey }), 'SEARCH poison USING PRIMARY KEY'],
  ['one that could not be folded', () => getPoisonSql('output', 7), 'SEARCH poison USING PRIMARY KEY'],
  ['the first that could not be folded', () => firstPoisonSql(), 'SEARCH poison USING PRIMARY KEY'],
  ['what an endpoint lacks', () => incompleteSinceSql('endpointKey', 1), 'poisonByEndpoint'],
  ['what an execution lacks', () => incompleteSinceSql('executionKey', 1), 'poisonByExecution'],
  ['runs to dispatch', () => runsToDispatchSql('<', '0badcafe', 100), 'runsToDispatch'],
  ['runs past their deadline', () => runsPastDeadlineSql(0, 100), 'runsByDeadline'],
  ['approvals nobody gave in time', () => overdueApprovalsSql('2026-01-01T00:00:00.000Z'), 'executionsByApproval'],
  ['executions that wait for an approval', () => executions({ approval: 'waiting' }), 'executionsByApproval'],
  ['commands to delete', () => acceptedCommandsSql('0badcafe', 1, 100), 'runsByCommand'],
  ['active runs of an endpoint', () => activeRunsSql('e1'), 'runsActive'],
  ['executions to cancel', () => executionsToCancelSql(), 'runsToCancel'],
];

const ofPeople = new Set(['events of a user', 'events of a token, of a site', 'an export of a person']);

it.each(hot)('%s walk their index', (what, query, index) => {
  const plan = scene.db.plan(query());
  expect(plan.join('\n')).toContain(index);
  // It sorts the few it found, no more than are asked for.
  if (what === 'runs to dispatch' || what === 'counts of an execution on sites') return;
  // A person has several principals, each with its own place in the index; what all of them did is much less than what endpoints do.
  if (ofPeople.has(what)) return;
  // The newest few, found from the end of the table.
  if (what === 'the latest results') return;
  // Sorting or scanning is what no longer works with a million rows.
  expect(plan.filter((line) => /TEMP B-TREE FOR (ORDER|GROUP) BY/.test(line))).toEqual([]);
  expect(plan.filter((line) => /^SCAN (runs|executions|chunks|samples|packages|audit)$/.test(line))).toEqual([]);
});
