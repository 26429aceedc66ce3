import { describe, expect, it } from 'vitest';
import { TestHistory, acceptRun, enrol, finishRun, openTestModel, requestExecution, runIdOf, startRun } from '../../testing/index.ts';

const presume = (history: TestHistory, state: 'expired' | 'lost' | 'cancelled', endpoints: string[]) =>
  history.control('execution', 'x1', 'kanade.execution.runs-presumed.v1', { executionId: 'x1', state, runIds: endpoints.map((id) => runIdOf('x1', id)) });

function fold(act: (history: TestHistory) => void, endpoints: string[] = ['e1']) {
  const history = new TestHistory();
  for (const id of endpoints) enrol(history, id);
  requestExecution(history, 'x1', endpoints);
  act(history);
  const model = openTestModel();
  const commit = model.apply(history.batches);
  const run = (endpointId: string) => model.rows(`SELECT state, presumed, supersededState, exitCode, endedPosition FROM runs WHERE id = '${runIdOf('x1', endpointId)}'`)[0];
  const execution = () => model.rows('SELECT state, endedAt IS NOT NULL AS ended, queued, accepted, started, succeeded, failed, cancelled, expired, lost FROM executions')[0];
  return { history, model, commit, run, execution };
}

describe('an execution whose request was lost with a restored backup', () => {
  const recover = (act: (history: TestHistory) => void, restoredAt: number | null = 2) => {
    const history = new TestHistory();
    for (const id of ['e1', 'e2']) enrol(history, id);
    act(history);
    const model = openTestModel({ restoredAt });
    model.apply(history.batches);
    return model;
  };

  it('is known by what its agents report, and claims nothing else', () => {
    const model = recover((history) => {
      for (const id of ['e1', 'e2']) {
        acceptRun(history, 'x7', id);
        startRun(history, 'x7', id);
      }
      finishRun(history, 'x7', 'e1');
      finishRun(history, 'x7', 'e2', { state: 'failed', exitCode: 1 });
    });
    expect(model.rows('SELECT id, state, recovered, shell, requestedBy, targetCount, succeeded, failed FROM executions')).toEqual([
      { id: 'x7', state: 'failed', recovered: 1, shell: null, requestedBy: null, targetCount: 2, succeeded: 1, failed: 1 },
    ]);
    expect(model.rows('SELECT id, state FROM runs ORDER BY key')).toEqual([
      { id: runIdOf('x7', 'e1'), state: 'succeeded' },
      { id: runIdOf('x7', 'e2'), state: 'failed' },
    ]);
    expect(model.rows('SELECT * FROM poison')).toEqual([]);
  });

  it.each([null, 3])('is made up by its endpoint when no request can be missing (restored at %s)', (restoredAt) => {
    const model = recover((history) => startRun(history, 'x7', 'e1'), restoredAt);
    expect(model.rows('SELECT id FROM executions')).toEqual([]);
    expect(model.rows('SELECT code FROM poison')).toEqual([{ code: 'run-unknown' }]);
  });

  it('has a deadline for what never ends', () => {
    const model = recover((history) => startRun(history, 'x7', 'e1'));
    expect(model.rows('SELECT state, deadlineAt IS NOT NULL AS due FROM runs')).toEqual([{ state: 'started', due: 1 }]);
  });
});

describe('a command', () => {
  it('is told with the history its place in the queue is of', () => {
    const { commit } = fold((history) => {
      history.control('execution', 'x1', 'kanade.execution.dispatched.v1', { executionId: 'x1', incarnation: 'aaaaaaaa', commands: [{ runId: runIdOf('x1', 'e1'), sequence: 7 }] });
      acceptRun(history, 'x1', 'e1');
    });
    expect(commit.runs).toMatchObject([{ state: 'accepted', commandSequence: 7, commandIncarnation: 'aaaaaaaa' }]);
  });
});

describe('an execution that needs an approval', () => {
  const until = '2026-01-31T12:30:00.000Z';
  const waiting = (act: (history: TestHistory) => void) => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1'], { confirmation: { kind: 'approval', accountId: 'a1', until } });
    act(history);
    const model = openTestModel();
    const commit = model.apply(history.batches);
    const row = model.rows('SELECT approval, approvalUntil, approvalAsker, approvalBy, approvalReason FROM executions')[0];
    return { commit, row, held: model.rows('SELECT held FROM runs')[0], poison: model.rows('SELECT code FROM poison') };
  };
  const approve = (history: TestHistory) => history.control('execution', 'x1', 'kanade.execution.approved.v1', { executionId: 'x1' }, { principal: 'account/a2' });
  const deny = (history: TestHistory) => history.control('execution', 'x1', 'kanade.execution.denied.v1', { executionId: 'x1', reason: 'no' }, { principal: 'account/a2' });
  const cancel = (history: TestHistory) => history.control('execution', 'x1', 'kanade.execution.cancel-requested.v1', { executionId: 'x1', runIds: null }, { principal: 'account/a1' });

  it('holds its runs until somebody gives it, and tells whoever dispatches', () => {
    expect(waiting(() => undefined)).toMatchObject({ row: { approval: 'waiting', approvalUntil: until, approvalAsker: 'a1', approvalBy: null }, held: { held: 1 } });
    const { row, held, commit } = waiting(approve);
    expect([row, held]).toEqual([{ approval: 'approved', approvalUntil: until, approvalAsker: 'a1', approvalBy: 'account/a2', approvalReason: null }, { held: 0 }]);
    expect(commit.runs.filter(({ runId, state }) => runId === runIdOf('x1', 'e1') && state === 'queued')).not.toEqual([]);
  });

  it('is decided once: what comes after changes nothing', () => {
    expect(waiting((history) => { deny(history); approve(history); }).row).toMatchObject({ approval: 'denied', approvalReason: 'no' });
    expect(waiting((history) => { approve(history); cancel(history); }).row).toMatchObject({ approval: 'approved' });
    expect(waiting((history) => { cancel(history); deny(history); }).row).toMatchObject({ approval: 'withdrawn', approvalBy: 'account/a1' });
  });

  it('does not send what was denied, whatever comes after', () => {
    expect(waiting((history) => { deny(history); approve(history); }).held).toEqual({ held: 1 });
  });

  it('must have been requested', () => {
    const history = new TestHistory();
    history.control('execution', 'x9', 'kanade.execution.approved.v1', { executionId: 'x9' });
    const model = openTestModel();
    model.apply(history.batches);
    expect(model.rows('SELECT code FROM poison')).toEqual([{ code: 'execution-unknown' }]);
  });
});

describe('runs', () => {
  it('wait for their endpoint with a deadline', () => {
    const { model, execution } = fold(() => undefined, ['e1', 'e2']);
    expect(model.rows('SELECT key, state, deadlineAt FROM runs')).toEqual([
      { key: 1, state: 'queued', deadlineAt: Date.parse('2026-01-31T13:00:00.000Z') },
      { key: 2, state: 'queued', deadlineAt: Date.parse('2026-01-31T13:00:00.000Z') },
    ]);
    expect(execution()).toMatchObject({ state: 'running', queued: 2, ended: 0 });
  });

  it('move as their agent reports, and end with what it reports', () => {
    const { run, execution, model, commit } = fold((history) => {
      acceptRun(history, 'x1', 'e1');
      startRun(history, 'x1', 'e1');
      finishRun(history, 'x1', 'e1', { state: 'failed', exitCode: 3 });
    });
    expect(run('e1')).toMatchObject({ state: 'failed', presumed: 0, supersededState: null, exitCode: 3, endedPosition: 6 });
    expect(execution()).toMatchObject({ state: 'failed', ended: 1, queued: 0, accepted: 0, started: 0, failed: 1 });
    expect(model.rows('SELECT acceptedPosition, startedPosition, deadlineAt FROM runs')).toEqual([{ acceptedPosition: 4, startedPosition: 5, deadlineAt: null }]);
    expect(model.rows('SELECT state, count FROM endTallies')).toEqual([{ state: 'failed', count: 1 }]);
    expect(commit.runs).toEqual([{ runId: runIdOf('x1', 'e1'), executionId: 'x1', endpointId: 'e1', site: 'default', state: 'failed', exitCode: 3, commandSequence: null, commandIncarnation: '' }]);
  });

  it('let a fact replace a presumption, once and visibly', () => {
    const { run, execution, model } = fold((history) => {
      presume(history, 'lost', ['e1']);
      finishRun(history, 'x1', 'e1');
    });
    expect(run('e1')).toMatchObject({ state: 'succeeded', presumed: 0, supersededState: 'lost' });
    expect(execution()).toMatchObject({ state: 'succeeded', lost: 0, succeeded: 1 });
    expect(model.rows('SELECT state, count FROM endTallies WHERE count <> 0')).toEqual([{ state: 'succeeded', count: 1 }]);
  });

  it('go on when a presumption was too early', () => {
    const { run, execution } = fold((history) => {
      presume(history, 'expired', ['e1']);
      acceptRun(history, 'x1', 'e1');
    });
    expect(run('e1')).toMatchObject({ state: 'accepted', presumed: 0, supersededState: 'expired', endedPosition: null });
    expect(execution()).toMatchObject({ state: 'running', ended: 0, accepted: 1, expired: 0 });
  });

  it('never let a presumption replace a fact', () => {
    const { run, model } = fold((history) => {
      finishRun(history, 'x1', 'e1');
      presume(history, 'lost', ['e1']);
    });
    expect(run('e1')).toMatchObject({ state: 'succeeded', presumed: 0, supersededState: null });
    expect(model.poisonCount()).toBe(0);
  });

  it('are asked to end by execution or by name', () => {
    const { model } = fold((history) => {
      history.control('execution', 'x1', 'kanade.execution.cancel-requested.v1', { executionId: 'x1', runIds: [runIdOf('x1', 'e2')] });
    }, ['e1', 'e2']);
    expect(model.rows('SELECT cancelRequested FROM runs ORDER BY key')).toEqual([{ cancelRequested: 0 }, { cancelRequested: 1 }]);
    expect(model.rows('SELECT cancelRequested FROM executions')).toEqual([{ cancelRequested: 0 }]);
  });

  it('remember their command in the history it was queued in', () => {
    const { model } = fold((history) => {
      history.control('execution', 'x1', 'kanade.execution.dispatched.v1', { executionId: 'x1', incarnation: '0badcafe', commands: [{ runId: runIdOf('x1', 'e1'), sequence: 42 }] });
    });
    expect(model.rows('SELECT commandIncarnation, commandSequence FROM runs')).toEqual([{ commandIncarnation: '0badcafe', commandSequence: 42 }]);
  });
});

describe('an execution', () => {
  it.each([
    ['succeeded', ['succeeded', 'succeeded']],
    ['failed', ['succeeded', 'timed-out']],
    ['failed', ['succeeded', 'skipped']],
    ['cancelled', ['succeeded', 'cancelled']],
    ['failed', ['failed', 'cancelled']],
  ] as const)('is %s when its runs are %j', (state, [first, second]) => {
    const { execution } = fold((history) => {
      finishRun(history, 'x1', 'e1', { state: first });
      finishRun(history, 'x1', 'e2', { state: second });
    }, ['e1', 'e2']);
    expect(execution()).toMatchObject({ state, ended: 1 });
  });
});

describe('an end whose output is still on its way', () => {
  const chunk = (history: TestHistory, number: number, text: string) =>
    history.chunk({ endpointId: 'e1', runId: runIdOf('x1', 'e1'), stream: 'stdout', chunk: number, offset: number * 2 }, text);

  it('is not seen until the last chunk is folded', () => {
    const { history, model, run, execution } = fold((made) => {
      finishRun(made, 'x1', 'e1', { stdout: 'abcd', stdoutChunks: 2 });
    });
    expect(run('e1')).toMatchObject({ state: 'queued' });
    chunk(history, 0, 'ab');
    expect(model.apply({ output: history.output })).toMatchObject({ firstAwaited: 4, runs: [] });
    expect(execution()).toMatchObject({ state: 'running' });
    chunk(history, 1, 'cd');
    const commit = model.apply({ output: history.output.slice(1) });
    expect(commit).toMatchObject({ firstAwaited: null, runs: [{ state: 'succeeded' }] });
    expect(run('e1')).toMatchObject({ state: 'succeeded', endedPosition: 4 });
    expect(execution()).toMatchObject({ state: 'succeeded' });
  });

  it('outlasts a restart of the fold', () => {
    const { history, model } = fold((made) => {
      finishRun(made, 'x1', 'e1', { stdout: 'ab', stdoutChunks: 1 });
    });
    expect(model.rows('SELECT position, stdoutChunks, stderrChunks FROM heldEnds')).toEqual([{ position: 4, stdoutChunks: 1, stderrChunks: 0 }]);
    chunk(history, 0, 'ab');
    model.apply({ output: history.output });
    expect(model.rows('SELECT * FROM heldEnds')).toEqual([]);
  });

  it('is no prey to a presumption', () => {
    const { history, model, run } = fold((made) => {
      finishRun(made, 'x1', 'e1', { stdout: 'ab', stdoutChunks: 1 });
      presume(made, 'lost', ['e1']);
    });
    chunk(history, 0, 'ab');
    model.apply({ output: history.output });
    expect(run('e1')).toMatchObject({ state: 'succeeded', presumed: 0, supersededState: null });
  });

  it('does not move back the end of its execution, where another run ended later', () => {
    const { history, model } = fold((made) => {
      finishRun(made, 'x1', 'e1', { stdout: 'ab', stdoutChunks: 1 });
      finishRun(made, 'x1', 'e2');
    }, ['e1', 'e2']);
    const last = history.events.at(-1)?.recordedAt;
    chunk(history, 0, 'ab');
    model.apply({ output: history.output });
    expect(model.rows('SELECT state, endedAt FROM executions')).toEqual([{ state: 'succeeded', endedAt: last }]);
  });

  it('is let go when its output has expired', () => {
    const { model, run } = fold((made) => {
      finishRun(made, 'x1', 'e1', { stdout: 'ab', stdoutChunks: 1 });
    });
    expect(model.releaseHeld(4)).toMatchObject({ firstAwaited: null, runs: [{ state: 'succeeded' }] });
    expect(run('e1')).toMatchObject({ state: 'succeeded' });
  });

  it('is not held where younger output has been read already', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    const { recordedAt } = finishRun(history, 'x1', 'e1', { stdout: 'ab', stdoutChunks: 1 });
    const model = openTestModel();
    expect(model.apply(history.batches, { outputKnownUntil: recordedAt + 60_000 })).toMatchObject({ firstAwaited: null, runs: [{}] });
  });
});
