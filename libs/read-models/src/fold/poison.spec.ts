import { describe, expect, it } from 'vitest';
import { headers as names } from '@kanade/contracts';
import { TestHistory, acceptRun, enrol, finishRun, openTestModel, requestExecution, runIdOf, startRun } from '../testing/index.ts';

const body = (event: unknown): Buffer => Buffer.from(JSON.stringify(event));
const started = { specversion: '1.0', id: 'i', source: 'endpoint/e1', type: 'kanade.run.started.v1', time: '2026-01-31T12:00:00.000Z', data: { runId: 'r', executionId: 'x', runAs: 'system' } };

const scenes: [string, string, (history: TestHistory) => void][] = [
  ['a subject nobody owns', 'bad-subject', (history) => history.foreign('kanade.events.other.a.b', body(started))],
  ['a header that the broker acts on', 'foreign-header', (history) => history.raw('e1', body(started), { 'Nats-Rollup': 'sub' })],
  ['an endpoint that was never enrolled', 'endpoint-unknown', (history) => history.raw('e9', body({ ...started, source: 'endpoint/e9' }))],
  ['an event outside the chain', 'chain-missing', (history) => history.foreign('kanade.events.endpoint.e1', body(started))],
  ['bytes that are no text', 'not-json', (history) => history.raw('e1', Buffer.from([0xff, 0xfe, 0x00]))],
  ['a text that is no JSON', 'not-json', (history) => history.raw('e1', Buffer.from('{"specversion":'))],
  ['a type nobody knows', 'unknown-type', (history) => history.raw('e1', body({ ...started, type: 'kanade.run.dreamt.v1' }))],
  ['a version nobody knows', 'unknown-type', (history) => history.raw('e1', body({ ...started, type: 'kanade.run.started.v9' }))],
  ['the type of another kind of writer', 'unknown-type', (history) => history.raw('e1', body({ ...started, type: 'kanade.job.applied.v1' }))],
  ['a key too many', 'bad-shape', (history) => history.raw('e1', body({ ...started, data: { ...started.data, extra: 1 } }))],
  ['a source that is not the subject', 'foreign-source', (history) => history.raw('e1', body({ ...started, source: 'endpoint/e2' }))],
  ['a run its execution did not target', 'run-unknown', (history) => {
    requestExecution(history, 'x1', ['e2']);
    startRun(history, 'x1', 'e1');
  }],
  ['a run on another endpoint', 'foreign-source', (history) => {
    requestExecution(history, 'x1', ['e2']);
    history.endpoint('e1', 'kanade.run.started.v1', { runId: runIdOf('x1', 'e2'), executionId: 'x1', runAs: 'system' });
  }],
  ['a second end of a run', 'run-ended', (history) => {
    requestExecution(history, 'x1', ['e1']);
    finishRun(history, 'x1', 'e1');
    finishRun(history, 'x1', 'e1', { state: 'failed', exitCode: 1 });
  }],
  ['a step back of a run', 'run-ended', (history) => {
    requestExecution(history, 'x1', ['e1']);
    startRun(history, 'x1', 'e1');
    acceptRun(history, 'x1', 'e1');
  }],
  ['targets of an execution nobody requested', 'execution-unknown', (history) =>
    history.control('execution', 'x9', 'kanade.execution.targeted.v1', { executionId: 'x9', block: 0, targets: [{ endpointId: 'e1', runId: 'r1' }] })],
  ['an execution requested twice', 'execution-repeated', (history) => {
    requestExecution(history, 'x1', ['e1']);
    requestExecution(history, 'x1', ['e2']);
  }],
];

describe('poison', () => {
  it.each(scenes)('is made of %s', (_what, code, act) => {
    const history = new TestHistory();
    enrol(history, 'e1');
    enrol(history, 'e2');
    act(history);
    const after = enrol(history, 'e3');
    const model = openTestModel();
    const commit = model.apply(history.batches);
    expect(commit.poisoned).toBeGreaterThan(0);
    expect(model.poisonCount()).toBe(commit.poisoned);
    expect(model.rows('SELECT DISTINCT code FROM poison WHERE sequence IN (SELECT min(sequence) FROM poison)')).toEqual([{ code }]);
    // It stops nothing, and is in the index of the history like any other event.
    expect(model.checkpoint('events')?.sequence).toBe(after.sequence);
    expect(model.rows('SELECT count(*) AS n FROM events')).toEqual([{ n: after.sequence }]);
    expect(model.rows("SELECT count(*) AS n FROM endpoints WHERE id = 'e3'")).toEqual([{ n: 1 }]);
  });

  it('keeps where it was, why, and the beginning of its bytes', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    history.raw('e1', Buffer.alloc(40_000, 'x'));
    const model = openTestModel();
    model.apply(history.batches);
    expect(model.rows('SELECT stream, sequence, subject, size, length(bytes) AS kept FROM poison')).toEqual([
      { stream: 'KANADE_EVENTS', sequence: 2, subject: 'kanade.events.endpoint.e1', size: 40_000, kept: 16_384 },
    ]);
  });

  it('is made of a control event that is stored once more, and it undoes nothing', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    const named = history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'first' });
    history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'second' });
    history.foreign(named.subject, Buffer.from(named.body), named.headers);
    const model = openTestModel();
    model.apply(history.batches);
    expect(model.rows('SELECT sequence, code FROM poison')).toEqual([{ sequence: 4, code: 'replayed' }]);
    expect(model.rows('SELECT alias FROM endpoints')).toEqual([{ alias: 'second' }]);
  });

  it('is made of a control event whose signature does not hold', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    const model = openTestModel({ verifyControl: () => 'the signature does not fit the message' });
    model.apply(history.batches);
    expect(model.rows('SELECT code, reason FROM poison')).toEqual([{ code: 'bad-signature', reason: 'the signature does not fit the message' }]);
    expect(model.rows('SELECT * FROM endpoints')).toEqual([]);
  });

  it('is made of output of a run nobody made, once everything it could speak of is folded', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    history.chunk({ endpointId: 'e1', runId: 'r9', stream: 'stdout', chunk: 0, offset: 0 }, 'x');
    const model = openTestModel();
    expect(model.apply(history.batches).taken).toMatchObject({ events: 1, output: 0 });
    expect(model.apply({ output: history.output }, { unknownIsPoison: true })).toMatchObject({ taken: { output: 1 }, poisoned: 1 });
    expect(model.rows('SELECT stream, code FROM poison')).toEqual([{ stream: 'KANADE_OUTPUT', code: 'unknown-owner' }]);
  });

  it('allows the headers of an append', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    const { sequence } = acceptRun(history, 'x1', 'e1');
    const events = history.events.map((message) =>
      message.sequence === sequence ? { ...message, headers: { ...message.headers, 'Nats-Expected-Last-Subject-Sequence': '0', 'Nats-Batch-Id': 'b', 'Nats-Msg-Id': 'm', [names.signature]: 's' } } : message);
    expect(openTestModel().apply({ events }).poisoned).toBe(0);
  });

  it('is cured by code that was mended, when everything is folded anew with it', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    const renamed = history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'Front desk' });
    requestExecution(history, 'x1', ['e1']);
    const broken = openTestModel({ verifyControl: ({ sequence }) => (sequence === renamed.sequence ? 'the code is wrong about this one' : undefined) });
    broken.apply(history.batches);
    expect(broken.rows('SELECT sequence FROM poison')).toEqual([{ sequence: renamed.sequence }]);
    const mended = openTestModel();
    mended.apply(history.batches);
    expect(mended.rows('SELECT sequence FROM poison')).toEqual([]);
    expect([broken, mended].map((model) => model.rows('SELECT alias FROM endpoints'))).toEqual([[{ alias: null }], [{ alias: 'Front desk' }]]);
  });
});
