import { TestHistory, acceptRun, enrol, finishRun, requestExecution, runIdOf, startRun } from '@kanade/read-models/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { foldScene } from './folded-scene.spec-kit.ts';
import type { FoldedScene } from './folded-scene.spec-kit.ts';
import { acceptedCommandsToDelete, activeRunsByEndpoint, executionsToCancel, nextDeadline, overdueApprovals, runsPastDeadline, runsToDispatch, waitingRunsOfJob } from './process-reads.ts';

let scene: FoldedScene | undefined;
afterEach(() => scene?.close());

function fold(act: (history: TestHistory) => void) {
  const history = new TestHistory();
  for (const id of ['e1', 'e2', 'e3']) enrol(history, id);
  requestExecution(history, 'x1', ['e1', 'e2', 'e3'], { job: { id: 'hello', version: '1' } });
  act(history);
  scene = foldScene(history);
  return scene.db;
}
const dispatch = (history: TestHistory, incarnation: string, endpoints: string[]) =>
  history.control('execution', 'x1', 'kanade.execution.dispatched.v1', {
    executionId: 'x1', incarnation, commands: endpoints.map((id, index) => ({ runId: runIdOf('x1', id), sequence: index + 1 })),
  });
const ids = (runs: readonly { runId: string }[]): string[] => runs.map(({ runId }) => runId);

describe('runs to dispatch', () => {
  it('are those without a command in this history', () => {
    const db = fold((history) => {
      dispatch(history, '0badcafe', ['e1']);
      dispatch(history, 'ffffffff', ['e2']);
    });
    expect(ids(runsToDispatch(db, '0badcafe', 10))).toEqual([runIdOf('x1', 'e3'), runIdOf('x1', 'e2')]);
    expect(ids(runsToDispatch(db, '0badcafe', 1))).toEqual([runIdOf('x1', 'e3')]);
    expect(runsToDispatch(db, '0badcafe', 1)[0]).toMatchObject({ executionId: 'x1', endpointId: 'e3', jobId: 'hello', shell: 'sh', timeoutMs: 60_000, runAs: 'system' });
  });

  it('are not those that are to end, or have moved on', () => {
    const db = fold((history) => {
      history.control('execution', 'x1', 'kanade.execution.cancel-requested.v1', { executionId: 'x1', runIds: [runIdOf('x1', 'e1')] });
      acceptRun(history, 'x1', 'e2');
    });
    expect(ids(runsToDispatch(db, '0badcafe', 10))).toEqual([runIdOf('x1', 'e3')]);
    expect(executionsToCancel(db)).toEqual([{ id: 'x1' }]);
  });
});

describe('an execution that needs an approval', () => {
  const until = '2026-01-31T12:30:00.000Z';
  const asked = (history: TestHistory) => {
    requestExecution(history, 'x2', ['e1'], { confirmation: { kind: 'approval', accountId: 'a1', until } });
    dispatch(history, '0badcafe', ['e1', 'e2', 'e3']);
  };
  const decided = (type: 'approved' | 'denied' | 'approval-expired') => (history: TestHistory) => {
    asked(history);
    if (type === 'denied') history.control('execution', 'x2', 'kanade.execution.denied.v1', { executionId: 'x2', reason: null });
    else history.control('execution', 'x2', `kanade.execution.${type}.v1`, { executionId: 'x2' });
  };

  it('is nothing to dispatch before it is approved, in no history', () => {
    for (const incarnation of ['0badcafe', 'aaaaaaaa']) expect(ids(runsToDispatch(fold(asked), incarnation, 10))).not.toContain(runIdOf('x2', 'e1'));
    expect(ids(runsToDispatch(fold(decided('approved')), '0badcafe', 10))).toEqual([runIdOf('x2', 'e1')]);
    for (const type of ['denied', 'approval-expired'] as const) expect(runsToDispatch(fold(decided(type)), '0badcafe', 10)).toEqual([]);
  });

  it('is overdue at its time, as long as nobody has decided', () => {
    expect(overdueApprovals(fold(asked), '2026-01-31T12:29:59.999Z')).toEqual([]);
    expect(overdueApprovals(fold(asked), until)).toEqual(['x2']);
    expect(overdueApprovals(fold(decided('approved')), until)).toEqual([]);
  });
});

describe('deadlines', () => {
  it('pass by expiry while a run waits, and by time limit once it runs', () => {
    let startedAt = 0;
    const db = fold((history) => {
      startedAt = startRun(history, 'x1', 'e1').recordedAt;
      finishRun(history, 'x1', 'e2');
    });
    const expiresAt = Date.parse('2026-01-31T13:00:00.000Z');
    expect(nextDeadline(db)).toBe(startedAt + 60_000);
    expect(runsPastDeadline(db, startedAt + 60_000)).toEqual([]);
    expect(ids(runsPastDeadline(db, startedAt + 60_001))).toEqual([runIdOf('x1', 'e1')]);
    expect(ids(runsPastDeadline(db, expiresAt + 1))).toEqual([runIdOf('x1', 'e1'), runIdOf('x1', 'e3')]);
  });
});

describe('commands to delete', () => {
  it('are those of this history whose runs moved on', () => {
    const db = fold((history) => {
      dispatch(history, '0badcafe', ['e1', 'e2', 'e3']);
      acceptRun(history, 'x1', 'e1');
      finishRun(history, 'x1', 'e3', { state: 'refused' });
    });
    expect(acceptedCommandsToDelete(db, '0badcafe', 1)).toEqual([{ runId: runIdOf('x1', 'e1'), commandSequence: 1 }, { runId: runIdOf('x1', 'e3'), commandSequence: 3 }]);
    expect(acceptedCommandsToDelete(db, '0badcafe', 2)).toHaveLength(1);
    expect(acceptedCommandsToDelete(db, 'ffffffff', 1)).toEqual([]);
  });
});

describe('an endpoint', () => {
  it('is known by the runs it has taken', () => {
    const db = fold((history) => acceptRun(history, 'x1', 'e1'));
    expect(ids(activeRunsByEndpoint(db, 'e1'))).toEqual([runIdOf('x1', 'e1')]);
    expect(activeRunsByEndpoint(db, 'e2')).toEqual([]);
  });
});

it('runs of a job that still wait are found for what supersedes them', () => {
  const db = fold((history) => {
    acceptRun(history, 'x1', 'e1');
    requestExecution(history, 'x2', ['e2'], { job: { id: 'hello', version: '1' } });
  });
  expect(ids(waitingRunsOfJob(db, 'hello', 'x2'))).toEqual([runIdOf('x1', 'e2'), runIdOf('x1', 'e3')]);
});
