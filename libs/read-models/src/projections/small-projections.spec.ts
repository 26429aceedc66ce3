import { describe, expect, it } from 'vitest';
import { TestHistory, busyHistory, enrol, openTestModel, requestExecution, runIdOf } from '../testing/index.ts';
import { samplesKeptMs } from './samples/samples.projection.ts';

const fold = (history: TestHistory) => {
  const model = openTestModel();
  return { model, commit: model.apply(history.batches) };
};

const sample = {
  at: '2026-01-31T12:00:00.000Z', cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2, diskReadBytesPerSecond: null, diskWriteBytesPerSecond: null,
  networkReceivedBytesPerSecond: null, networkSentBytesPerSecond: null, agentMemoryBytes: 5,
};

it('a request to fold everything anew leaves no row, and is told', () => {
  const history = new TestHistory();
  history.control('read-model', 'fleet', 'kanade.read-model.rebuild-requested.v1', { reason: 'poison' }, { principal: 'account/a1' });
  expect(fold(history).commit).toMatchObject({ poisoned: 0, changes: expect.arrayContaining([{ kind: 'rebuild', id: 'poison' }]) });
});

describe('jobs', () => {
  it('are what was applied last, with every version before it', () => {
    const history = new TestHistory();
    const apply = (version: string) =>
      history.control('job', 'hello', 'kanade.job.applied.v1', {
        jobId: 'hello', version, description: 'd', execute: { shell: 'bash', timeoutMs: 1000, runAs: 'system', cwd: '/tmp' }, scriptDigest: 'c'.repeat(64), scriptBytes: 3,
      }, { principal: 'account/a1' });
    apply('1');
    apply('2');
    const { model, commit } = fold(history);
    expect(model.rows('SELECT key, position, version, shell, cwd, appliedBy FROM jobs')).toEqual([{ key: 1, position: 2, version: '2', shell: 'bash', cwd: '/tmp', appliedBy: 'account/a1' }]);
    expect(model.rows('SELECT position, jobKey, version FROM jobVersions')).toEqual([{ position: 1, jobKey: 1, version: '1' }, { position: 2, jobKey: 1, version: '2' }]);
    expect(commit.changes).toContainEqual({ kind: 'job', id: 'hello' });
  });
});

describe('accounts', () => {
  it('give principals their names', () => {
    expect(fold(busyHistory()).model.rows('SELECT * FROM principals ORDER BY principal')).toEqual([
      { principal: 'account/a1', name: 'admin', accountId: 'a1' },
      { principal: 'token/t1', name: 'admin (laptop)', accountId: 'a1' },
    ]);
  });
});

describe('the index of events', () => {
  it('has a narrow row for each, and says whose it is', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    history.raw('e1', Buffer.from('?'));
    const { model, commit } = fold(history);
    expect(model.rows('SELECT position, name, source, endpointKey, executionKey, principal FROM events JOIN eventTypes ON key = typeKey ORDER BY position')).toEqual([
      { position: 1, name: 'kanade.endpoint.enrolled.v1', source: 'control/endpoint/e1', endpointKey: 1, executionKey: null, principal: 'system' },
      { position: 2, name: 'kanade.execution.requested.v1', source: 'control/execution/x1', endpointKey: null, executionKey: 2, principal: 'account/a1' },
      { position: 3, name: 'kanade.execution.targeted.v1', source: 'control/execution/x1', endpointKey: null, executionKey: 2, principal: 'system' },
      { position: 4, name: '', source: null, endpointKey: 1, executionKey: null, principal: null },
    ]);
    expect(commit.changes).toContainEqual({ kind: 'event', id: '0badcafe:4' });
  });
});

describe('output', () => {
  it('lies apart, by run, stream and chunk', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    requestExecution(history, 'x1', ['e1']);
    history.chunk({ endpointId: 'e1', runId: runIdOf('x1', 'e1'), stream: 'stderr', chunk: 0, offset: 0 }, 'oh');
    const { model } = fold(history);
    expect(model.rows('SELECT sequence, runKey, stream, chunk, offset, size, CAST(bytes AS TEXT) AS text FROM chunks')).toEqual([
      { sequence: 1, runKey: 1, stream: 1, chunk: 0, offset: 0, size: 2, text: 'oh' },
    ]);
  });

  it('is not taken from an endpoint that the run is not on', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    enrol(history, 'e2');
    requestExecution(history, 'x1', ['e1']);
    history.chunk({ endpointId: 'e2', runId: runIdOf('x1', 'e1'), stream: 'stdout', chunk: 0, offset: 0 }, 'forged');
    const { model } = fold(history);
    expect(model.rows('SELECT code FROM poison')).toEqual([{ code: 'foreign-source' }]);
    expect(model.rows('SELECT * FROM chunks')).toEqual([]);
  });
});

describe('samples', () => {
  it('are kept for a day and an hour, measured at the newest', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    history.sample('e1', sample);
    const last = history.sample('e1', sample);
    const late = { ...last, sequence: 3, recordedAt: last.recordedAt + samplesKeptMs - 5 };
    const model = openTestModel();
    model.apply(history.batches);
    expect(model.rows('SELECT sequence FROM samples')).toEqual([{ sequence: 1 }, { sequence: 2 }]);
    expect(model.apply({ metrics: [late] }).samples).toEqual([{ endpointId: 'e1', sample }]);
    expect(model.rows('SELECT sequence FROM samples')).toEqual([{ sequence: 2 }, { sequence: 3 }]);
  });

  it('that are none become poison', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    history.sample('e1', { ...sample, cpu: 7 });
    expect(fold(history).model.rows('SELECT stream, code FROM poison')).toEqual([{ stream: 'KANADE_METRICS', code: 'bad-shape' }]);
  });
});

describe('secrets', () => {
  const set = (history: TestHistory, version: number, sites: 'all' | string[]) =>
    history.control('secret', 'db', 'kanade.secret.set.v1', { name: 'db', version, sites, valueId: `v${version}` }, { principal: 'account/a1' });

  it('are those of their newest event, and those deleted are known as such until they are set anew', () => {
    const history = new TestHistory();
    const rows = () => fold(history).model.rows('SELECT key, name, version, sites, setBy, valueId FROM secrets');
    set(history, 1, ['tokyo']);
    set(history, 2, 'all');
    history.control('secret', 'db', 'kanade.secret.deleted.v1', { name: 'db' });
    expect(rows()).toEqual([{ key: 1, name: 'db', version: 2, sites: '"all"', setBy: 'account/a1', valueId: null }]);
    set(history, 3, ['tokyo']);
    expect(rows()).toEqual([{ key: 1, name: 'db', version: 3, sites: '["tokyo"]', setBy: 'account/a1', valueId: 'v3' }]);
  });

  it('that were never set are not deleted', () => {
    const history = new TestHistory();
    history.control('secret', 'db', 'kanade.secret.deleted.v1', { name: 'db' });
    expect(fold(history).model.rows('SELECT code FROM poison')).toEqual([{ code: 'secret-unknown' }]);
  });

  it('are named by the jobs and executions that get them', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    const secrets = [{ name: 'db', as: 'env' as const, variable: 'DB' }];
    history.control('job', 'hello', 'kanade.job.applied.v1', {
      jobId: 'hello', version: '1', description: 'd', execute: { shell: 'sh', timeoutMs: 1000, runAs: 'system', cwd: null }, scriptDigest: 'c'.repeat(64), scriptBytes: 3, secrets,
    });
    requestExecution(history, 'x1', ['e1'], { job: { id: 'hello', version: '1' }, secrets });
    const { model } = fold(history);
    expect(model.rows('SELECT secrets FROM jobs UNION ALL SELECT secrets FROM executions')).toEqual([{ secrets: JSON.stringify(secrets) }, { secrets: JSON.stringify(secrets) }]);
  });
});

describe('private parts', () => {
  it('are awaited for a moment when their event was read first', () => {
    const history = new TestHistory(Date.now());
    const apply = () => {
      const id = history.nextEventId;
      history.control('job', 'hello', 'kanade.job.applied.v1', {
        jobId: 'hello', version: '1', description: 'd', execute: { shell: 'sh', timeoutMs: 1000, runAs: 'system', cwd: null }, scriptDigest: 'c'.repeat(64), scriptBytes: 3,
      }, { privatedigest: 'd'.repeat(64) });
      return id;
    };
    const id = apply();
    const model = openTestModel();
    expect(model.apply({ events: history.events }).firstAwaited).toBe(1);
    history.part(id, 'secret');
    expect(model.apply({ private: history.private }).firstAwaited).toBe(null);
    expect(model.rows('SELECT writer, eventId, CAST(bytes AS TEXT) AS text FROM privateParts')).toEqual([{ writer: 'control', eventId: id, text: 'secret' }]);
  });
});
