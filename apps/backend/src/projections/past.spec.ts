import {
  accountListQuerySchema, auditListQuerySchema, brokerMoveListQuerySchema, endpointListQuerySchema, enrolmentTokenListQuerySchema, eventListQuerySchema, executionListQuerySchema, jobListQuerySchema,
  packageListQuerySchema, runListQuerySchema, secretListQuerySchema,
} from '@kanade/contracts';
import { openPastReader } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { randomHistory, recordedBy, seeded } from '@kanade/read-models/testing';
import { describe, expect, it } from 'vitest';
import { getAccount } from '../accounts/get-account.query.ts';
import { listAccounts } from '../accounts/list-accounts.query.ts';
import { systemPrincipal } from '../accounts/principal.ts';
import type { Principal } from '../accounts/principal.ts';
import { listAudit } from '../audit/list-audit.query.ts';
import { listBrokerMoves } from '../brokers/list-broker-moves.query.ts';
import { getEndpoint } from '../endpoints/get-endpoint.query.ts';
import { listEndpointPackages } from '../endpoints/list-endpoint-packages.query.ts';
import { listEndpoints } from '../endpoints/list-endpoints.query.ts';
import { listEnrolmentTokens } from '../endpoints/list-enrolment-tokens.query.ts';
import { listEvents } from '../events/list-events.query.ts';
import { getExecution } from '../executions/get-execution.query.ts';
import { getRun } from '../executions/get-run.query.ts';
import { listExecutionResults } from '../executions/list-execution-results.query.ts';
import { listExecutions } from '../executions/list-executions.query.ts';
import { listRuns } from '../executions/list-runs.query.ts';
import { getJob } from '../jobs/get-job.query.ts';
import { listJobs } from '../jobs/list-jobs.query.ts';
import { getOverview } from '../overview/get-overview.query.ts';
import { listSecrets } from '../secrets/list-secrets.query.ts';
import { listSites } from '../sites/list-sites.query.ts';
import { foldScene } from './folded-scene.spec-kit.ts';
import { LiveOverlay } from './live-overlay.ts';

const overlay = new LiveOverlay();
// It has just been heard of: that is nothing of the past.
overlay.setSeen('ea', Date.now());

const endpoints = (query: object) => (db: Reader, principal: Principal) => listEndpoints(db, overlay, principal, endpointListQuerySchema.parse({ limit: 500, ...query }));
const runs = (query: object) => (db: Reader, principal: Principal) => listRuns(db, principal, runListQuerySchema.parse({ limit: 500, ...query }));
const executions = (query: object) => (db: Reader, principal: Principal) => listExecutions(db, principal, executionListQuerySchema.parse({ limit: 500, ...query }));

/** Every list there is, with what it can be asked for. */
const lists: Readonly<Record<string, (db: Reader, principal: Principal, now: number) => unknown>> = {
  endpoints: endpoints({}),
  'endpoints by status': endpoints({ sort: 'status', standing: 'all' }),
  'endpoints by name, backwards': endpoints({ sort: '-name', limit: 3 }),
  'endpoints by enrolment': endpoints({ sort: '-enrolledAt' }),
  'endpoints that are online': endpoints({ status: 'online' }),
  'endpoints that were revoked': endpoints({ standing: 'revoked' }),
  'endpoints of a site': endpoints({ site: 'tokyo' }),
  'endpoints of a name': endpoints({ search: 'host' }),
  runs: runs({}),
  'runs that were lost': runs({ state: 'lost' }),
  'runs that go on': runs({ state: 'started' }),
  executions: executions({}),
  'executions that go on': executions({ state: 'running' }),
  'executions that wait': executions({ approval: 'waiting' }),
  jobs: (db, principal) => listJobs(db, principal, jobListQuerySchema.parse({})),
  sites: listSites,
  secrets: (db, principal) => listSecrets(db, principal, secretListQuerySchema.parse({})),
  'enrolment tokens': (db, principal, now) => listEnrolmentTokens(db, principal, enrolmentTokenListQuerySchema.parse({}), now),
  overview: getOverview,
};
/** What is for those who see every site. */
const wholeLists: typeof lists = {
  accounts: (db) => listAccounts(db, accountListQuerySchema.parse({})),
  audit: (db) => listAudit(db, auditListQuerySchema.parse({ limit: 500 })),
  'broker moves': (db) => listBrokerMoves(db, brokerMoveListQuerySchema.parse({ limit: 500 })),
  events: (db, principal) => listEvents(db, principal, eventListQuerySchema.parse({ limit: 500 })),
  'poisoned events': (db, principal) => listEvents(db, principal, eventListQuerySchema.parse({ status: 'poison' })),
  'events of an endpoint': (db, principal) => listEvents(db, principal, eventListQuerySchema.parse({ endpointId: 'ea', order: 'asc' })),
  account: (db) => getAccount(db, { username: 'admin' }),
};

const orRefusal = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};

/** The details of some things, that may or may not be there yet. */
function details(db: Reader, principal: Principal): unknown[] {
  return [
    ...['ea', 'eb', 'ee'].flatMap((endpointId) => [
      () => getEndpoint(db, overlay, principal, { endpointId }),
      () => listEndpointPackages(db, principal, { endpointId, ...packageListQuerySchema.parse({}) }),
    ]),
    ...listExecutions(db, principal, executionListQuerySchema.parse({ limit: 2 })).items.flatMap(({ id }) => [
      () => getExecution(db, principal, { executionId: id }),
      () => listExecutionResults(db, principal, { executionId: id, limit: 50 }),
    ]),
    ...listRuns(db, principal, runListQuerySchema.parse({ limit: 2 })).items.map(({ runId }) => () => getRun(db, principal, { runId })),
    () => getJob(db, principal, { jobId: 'hello' }),
  ].map(orRefusal);
}

const limited: Principal = { ...systemPrincipal, scope: { sites: ['default', 'tokyo'] } };
const people: readonly (readonly [string, Principal])[] = [['everybody', systemPrincipal], ['somebody of two sites', limited]];

describe('every list and detail as of a position', () => {
  it.each([11, 12, 13, 14])('is what a fold to there answers (history %i)', (seed) => {
    const history = randomHistory(seed, 300);
    const whole = foldScene(history);
    const past = openPastReader(whole.file);
    const random = seeded(seed);
    for (let round = 0; round < 50; round += 1) {
      const position = 1 + Math.floor(random() * history.events.length);
      const fresh = foldScene(recordedBy(history, position));
      const then = past.at(position);
      const now = history.events[position - 1]?.recordedAt ?? 0;
      for (const [who, principal] of people) {
        for (const [what, list] of Object.entries(principal === systemPrincipal ? { ...lists, ...wholeLists } : lists)) {
          expect({ what, who, position, answer: list(then, principal, now) }).toEqual({ what, who, position, answer: list(fresh.db, principal, now) });
        }
        expect({ who, position, answer: details(then, principal) }).toEqual({ who, position, answer: details(fresh.db, principal) });
      }
      fresh.close();
    }
    past.close();
    whole.close();
  }, 120_000);
});
