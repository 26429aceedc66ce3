import { eventExportQuerySchema, readModelStatusSchema } from '@kanade/contracts';
import { keepAll, measureTables, readModelFile } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { TestHistory, acceptRun, enrol, finishRun, randomHistory, requestExecution, runIdOf } from '@kanade/read-models/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { exportedSql, isExported } from '../events/export-reads.ts';
import { ofPrincipal } from '../events/of-principal.ts';
import { getExecution } from '../executions/get-execution.query.ts';
import { getRun } from '../executions/get-run.query.ts';
import { readModelStatus } from '../read-model/get-read-model.query.ts';
import { foldScene } from './folded-scene.spec-kit.ts';
import type { FoldedScene } from './folded-scene.spec-kit.ts';
import { OpenModel } from './past.ts';

let scene: FoldedScene | undefined;
afterEach(() => scene?.close());

const most = 1_000_000;
const hours = (count: number) => ({ hours: count, most });

/** An execution that ended, one that has not, and days in which nothing else happens. */
function longAgo(): TestHistory {
  const history = new TestHistory(undefined, undefined, 3_600_000);
  enrol(history, 'e1');
  requestExecution(history, 'x1', ['e1'], { expiresAt: '2027-01-01T00:00:00.000Z' });
  acceptRun(history, 'x1', 'e1');
  finishRun(history, 'x1', 'e1');
  requestExecution(history, 'x2', ['e1'], { expiresAt: '2027-01-01T00:00:00.000Z' });
  for (let hour = 0; hour < 100; hour += 1) history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: `Desk ${hour}` });
  return history;
}

describe('what has been let go', () => {
  it('is not found, and where it still is is said', () => {
    scene = foldScene(longAgo(), 0, { ...keepAll, executions: hours(50) });
    const { db } = scene;
    const gone = { code: 'not-found', message: expect.stringMatching(/which keeps none from before 2026-.*kanade event export/) };
    expect(() => getExecution(db, systemPrincipal, { executionId: 'x1' })).toThrow(expect.objectContaining(gone));
    expect(() => getRun(db, systemPrincipal, { runId: runIdOf('x1', 'e1') })).toThrow(expect.objectContaining(gone));
    expect(getExecution(db, systemPrincipal, { executionId: 'x2' })).toMatchObject({ state: 'running' });
  });

  it('is not spoken of before anything has gone', () => {
    scene = foldScene(longAgo(), 0, { ...keepAll, executions: hours(500) });
    const { db } = scene;
    expect(() => getExecution(db, systemPrincipal, { executionId: 'x9' })).toThrow(expect.objectContaining({ message: 'There is no execution x9.' }));
  });

  it('of the past is refused with where the past begins', () => {
    const history = longAgo();
    scene = foldScene(history, 0, { ...keepAll, past: hours(50) });
    const model = new OpenModel(scene.file);
    const place = { incarnation: '0badcafe', sequence: history.events.length };
    const first = history.events.length - 50;
    const refusal = expect.objectContaining({ code: 'past-trimmed', message: expect.stringContaining(`0badcafe:${first}`) });
    expect(() => model.at(`0badcafe:${first - 1}`, place)).toThrow(refusal);
    expect(() => model.at('2026-01-31T12:00:00Z', place)).toThrow(refusal);
    expect(model.at(`0badcafe:${first}`, place).asOf).toBe(history.events[first - 1]?.recordedAt);
    expect(model.at(new Date(history.events[first - 1]?.recordedAt ?? 0).toISOString(), place).asOf).toBe(history.events[first - 1]?.recordedAt);
    model.close();
  });

  it('is told of with the sizes of what is left', () => {
    scene = foldScene(longAgo(), 0, { ...keepAll, executions: hours(50), past: hours(50) });
    const status = readModelStatus(scene.db, { file: { ...readModelFile('/nowhere', keepAll), path: scene.file }, lagEvents: 0, rebuilding: false, rebuild: null }, measureTables(scene.file));
    expect(readModelStatusSchema.parse(status)).toEqual(status);
    expect(status.rows.every(({ bytes }) => bytes !== null && bytes > 0)).toBe(true);
    expect(status.looksBackTo).toMatch(/^0badcafe:/);
    expect(status.rows).toEqual(expect.arrayContaining([
      { kind: 'executions', count: 1, bytes: expect.any(Number), before: expect.stringMatching(/^2026/) }, { kind: 'runs', count: 1, bytes: expect.any(Number), before: expect.stringMatching(/^2026/) },
      { kind: 'events', count: 107, bytes: expect.any(Number), before: null }, { kind: 'past', count: null, bytes: expect.any(Number), before: null },
    ]));
  });
});

describe('the filter of an export, where the index has only some events', () => {
  it.each([
    { endpointId: 'ea' }, { executionId: 'xe' }, { type: 'kanade.run.finished.v1' }, { principal: 'admin' }, { principal: 'account/a1' }, { principal: 'nobody' }, { endpointId: 'ea', type: 'kanade.endpoint.enrolled.v1' },
  ])('lets through what the index would have found: %j', (asked) => {
    const history = randomHistory(7, 300);
    scene = foldScene(history);
    const { db }: { readonly db: Reader } = scene;
    const params = eventExportQuerySchema.parse(asked);
    const indexed = db.all(exportedSql(params, { after: 0, to: history.events.length, limit: most })).map(({ position }) => position);
    const principals = params.principal === undefined ? undefined : new Set(db.all(ofPrincipal(params.principal)).map(({ principal }) => principal));
    expect(history.events.filter((message) => isExported(params, principals, message)).map(({ sequence }) => sequence)).toEqual(indexed);
  });
});
