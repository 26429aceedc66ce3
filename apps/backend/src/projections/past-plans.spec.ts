import { endpointListQuerySchema, eventListQuerySchema, packageListQuerySchema, runListQuerySchema } from '@kanade/contracts';
import { openPastReader } from '@kanade/read-models';
import type { Compilable, PastReader } from '@kanade/read-models';
import { busyHistory } from '@kanade/read-models/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { getEndpointSql } from '../endpoints/get-endpoint.query.ts';
import { listPackagesSql } from '../endpoints/list-endpoint-packages.query.ts';
import { listEndpointsSql } from '../endpoints/list-endpoints.query.ts';
import { listEventsSql } from '../events/list-events.query.ts';
import { getRunSql } from '../executions/get-run.query.ts';
import { listResultsSql } from '../executions/list-execution-results.query.ts';
import { listRunsSql } from '../executions/list-runs.query.ts';
import { writeCursor } from './cursor.ts';
import { foldScene } from './folded-scene.spec-kit.ts';
import type { FoldedScene } from './folded-scene.spec-kit.ts';

let scene: FoldedScene;
let past: PastReader;
beforeAll(() => {
  scene = foldScene(busyHistory());
  past = openPastReader(scene.file);
});
afterAll(() => {
  past.close();
  scene.close();
});

const cursor = writeCursor([7]);
const runs = (query: object, site?: number) => listRunsSql(runListQuerySchema.parse({ cursor, ...query }), site);
const events = (query: object, site?: number) => listEventsSql(eventListQuerySchema.parse({ cursor, ...query }), {}, site);

/** What is asked of the past, and the index of the present it must walk. */
const hot: [string, () => Compilable, string][] = [
  ['endpoints by name', () => listEndpointsSql(systemPrincipal, endpointListQuerySchema.parse({})).query, 'endpointsByName'],
  ['one endpoint', () => getEndpointSql(systemPrincipal, 'e1'), 'sqlite_autoindex_endpoints_1'],
  ['packages', () => listPackagesSql(5, { ...packageListQuerySchema.parse({}), endpointId: 'e1' }), 'SEARCH b USING PRIMARY KEY (endpointKey=?'],
  ['runs', () => runs({}), 'SEARCH b USING INTEGER PRIMARY KEY (rowid<?'],
  ['runs of an execution', () => runs({ executionId: 'x1' }), 'runsByExecution (executionKey=? AND key<?'],
  ['runs of an endpoint', () => runs({ endpointId: 'e1' }), 'runsByEndpoint (endpointKey=? AND key<?'],
  ['runs of a site', () => runs({}, 1), 'runsBySite (siteKey=? AND key<?'],
  ['results of an execution', () => listResultsSql(9, { executionId: 'x1', limit: 50 }, undefined), 'runsByExecution (executionKey=? AND key<?'],
  ['one run', () => getRunSql('r1'), 'sqlite_autoindex_runs_1'],
  ['events', () => events({}), 'SEARCH b USING INTEGER PRIMARY KEY (rowid<?'],
  ['events of an endpoint', () => events({ endpointId: 'e1' }), 'eventsByEndpoint (endpointKey=?'],
  ['events of an execution', () => events({ executionId: 'x1' }), 'eventsByExecution (executionKey=?'],
  ['events of a type', () => events({ type: 'kanade.run.finished.v1' }), 'eventsByType (typeKey=?'],
  ['events of a site', () => events({}, 1), 'eventsBySite (siteKey=?'],
];

it.each(hot)('%s of the past walk the index of the present', (_what, query, index) => {
  const plan = past.at(20).plan(query());
  expect(plan.join('\n')).toContain(index);
  // A view that is worked out whole, or sorted, is what no longer works with a million rows.
  expect(plan.filter((line) => /MATERIALIZE|CO-ROUTINE|TEMP B-TREE FOR (ORDER|GROUP)|SCAN (b|h|r)$/.test(line))).toEqual([]);
});
