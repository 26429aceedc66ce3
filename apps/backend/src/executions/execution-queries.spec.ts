import { executionDetailSchema, executionListQuerySchema, executionPageSchema, outputPreviewBytes, runListQuerySchema, runPageSchema, runResultPageSchema } from '@kanade/contracts';
import { TestHistory, busyHistory, enrol, finishRun, requestExecution, runIdOf, startRun } from '@kanade/read-models/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { foldScene } from '../projections/folded-scene.spec-kit.ts';
import type { FoldedScene } from '../projections/folded-scene.spec-kit.ts';
import { getExecution } from './get-execution.query.ts';
import { getRun } from './get-run.query.ts';
import { listExecutionResults } from './list-execution-results.query.ts';
import { listExecutions } from './list-executions.query.ts';
import { listRuns } from './list-runs.query.ts';
import { readRunOutput } from './read-run-output.query.ts';

let scene: FoldedScene | undefined;
afterEach(() => scene?.close());

const busy = () => {
  scene = foldScene(busyHistory());
  return scene.db;
};
const executions = (db: FoldedScene['db'], query: object) => listExecutions(db, systemPrincipal, executionListQuerySchema.parse(query));
const runs = (db: FoldedScene['db'], query: object) => listRuns(db, systemPrincipal, runListQuerySchema.parse(query));

describe('executions', () => {
  it('come newest first, page by page', () => {
    const db = busy();
    const first = executions(db, { limit: 1 });
    expect(executionPageSchema.parse(first)).toEqual(first);
    expect(first.items.map(({ id }) => id)).toEqual(['x2']);
    expect(executions(db, { limit: 1, cursor: first.nextCursor })).toMatchObject({ items: [{ id: 'x1' }], nextCursor: null });
  });

  it('count their runs, and say who asked', () => {
    expect(executions(busy(), {}).items[1]).toMatchObject({ requestedBy: 'admin', targetCount: 3, state: 'running', counts: { succeeded: 1, failed: 1, queued: 1, lost: 0 } });
  });

  it('are found by state', () => {
    const db = busy();
    expect(executions(db, { state: 'running' }).items).toHaveLength(2);
    expect(executions(db, { state: 'failed' }).items).toEqual([]);
  });

  it('tell what they execute for as long as its private part is kept', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    scene = foldScene(history);
    const detail = getExecution(scene.db, systemPrincipal, { executionId: 'x1' });
    expect(executionDetailSchema.parse(detail)).toEqual(detail);
    expect(detail.execute).toBe(null);
  });

  it('are not found when nobody requested them', () => {
    const db = busy();
    expect(() => getExecution(db, systemPrincipal, { executionId: 'x9' })).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => listExecutionResults(db, systemPrincipal, { executionId: 'x9', limit: 1 })).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});

describe('results', () => {
  it('have each run with its output, in the order of the targets, page by page', () => {
    const db = busy();
    const page = listExecutionResults(db, systemPrincipal, { executionId: 'x1', limit: 2 });
    expect(runResultPageSchema.parse(page)).toEqual(page);
    expect(page.items).toMatchObject([
      { endpointName: 'E1-Host', state: 'succeeded', stdout: 'hello\n', stdoutBytes: 6, outputState: 'kept', truncated: false },
      { endpointName: 'e2-host', state: 'failed', exitCode: 3, stdout: '', outputState: 'none', presumed: false },
    ]);
    const next = listExecutionResults(db, systemPrincipal, { executionId: 'x1', limit: 2, cursor: page.nextCursor ?? undefined });
    expect(next).toMatchObject({ items: [{ endpointName: 'e3-host', state: 'queued' }], nextCursor: null });
  });
});

describe('runs', () => {
  it('are found by execution, endpoint and state', () => {
    const db = busy();
    const all = runs(db, {});
    expect(runPageSchema.parse(all)).toEqual(all);
    expect(all.items).toHaveLength(4);
    expect(runs(db, { executionId: 'x1' }).items).toHaveLength(3);
    expect(runs(db, { endpointId: 'e3', state: 'queued' }).items.map(({ executionId }) => executionId)).toEqual(['x2', 'x1']);
    expect(runs(db, { endpointId: 'e9' }).items).toEqual([]);
  });

  it('say why they ended, also when it is only presumed', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    history.control('execution', 'x1', 'kanade.execution.runs-presumed.v1', { executionId: 'x1', state: 'expired', runIds: [runIdOf('x1', 'e1')] });
    scene = foldScene(history);
    expect(getRun(scene.db, systemPrincipal, { runId: runIdOf('x1', 'e1') })).toMatchObject({ state: 'expired', presumed: true, reason: { code: 'expired' } });
  });
});

describe('output', () => {
  const printed = (finish: boolean) => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    startRun(history, 'x1', 'e1');
    for (const [chunk, text] of ['abcd', 'efgh', 'ij'].entries()) history.chunk({ endpointId: 'e1', runId: runIdOf('x1', 'e1'), stream: 'stdout', chunk, offset: chunk * 4 }, text);
    if (finish) finishRun(history, 'x1', 'e1', { stdout: 'abcdefghij', stdoutChunks: 3 });
    scene = foldScene(history);
    return scene.db;
  };
  const read = (db: FoldedScene['db'], offset: number, limit: number) => {
    const { bytes, totalBytes } = readRunOutput(db, systemPrincipal, { runId: runIdOf('x1', 'e1'), stream: 'stdout', offset, limit });
    return [Buffer.from(bytes).toString(), totalBytes];
  };

  it.each([
    [0, 100, 'abcdefghij'],
    [0, 4, 'abcd'],
    [3, 2, 'de'],
    [4, 5, 'efghi'],
    [9, 100, 'j'],
    [10, 100, ''],
    [50, 100, ''],
  ])('from %i, at most %i, is %j', (offset, limit, text) => {
    expect(read(printed(true), offset, limit)).toEqual([text, 10]);
  });

  it('shows no half of a character where its beginning is cut', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    const text = `${'x'.repeat(outputPreviewBytes - 1)}日本`;
    history.chunk({ endpointId: 'e1', runId: runIdOf('x1', 'e1'), stream: 'stdout', chunk: 0, offset: 0 }, text);
    finishRun(history, 'x1', 'e1', { stdout: text });
    scene = foldScene(history);
    const { stdout, truncated } = getRun(scene.db, systemPrincipal, { runId: runIdOf('x1', 'e1') });
    expect([stdout, truncated]).toEqual(['x'.repeat(outputPreviewBytes - 1), true]);
  });

  it('grows while the run goes on', () => {
    expect(read(printed(false), 0, 100)).toEqual(['abcdefghij', 10]);
  });

  it('says that it has expired, and never that there was none', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    finishRun(history, 'x1', 'e1', { stdout: 'gone', stdoutChunks: 1 });
    scene = foldScene(history, Date.parse('2027-01-01T00:00:00.000Z'));
    const { db } = scene;
    expect(() => read(db, 0, 100)).toThrow(expect.objectContaining({ code: 'output-expired' }));
    expect(getRun(db, systemPrincipal, { runId: runIdOf('x1', 'e1') })).toMatchObject({ stdout: '', stdoutBytes: 4, outputState: 'expired' });
  });
});
