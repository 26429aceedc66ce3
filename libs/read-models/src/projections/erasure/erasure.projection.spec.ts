import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openReadModel } from '../../read-model.ts';
import { keepAll } from '../../retention/kept.ts';
import { acceptRun, enrol, finishRun, openTestModel, rekey, requestExecution, runIdOf, TestHistory } from '../../testing/index.ts';
import { nkeyOf } from '../../testing/scenes.ts';

const run = runIdOf('x1', 'e1');
const print = (history: TestHistory, chunk: number, text: string, endpointId = 'e1') =>
  history.chunk({ endpointId, runId: runIdOf('x1', endpointId), stream: 'stdout', chunk, offset: chunk * 10 }, text);
const erase = (history: TestHistory, runIds: string[] | null) =>
  history.control('execution', 'x1', 'kanade.execution.output-erased.v1', { executionId: 'x1', runIds, reason: 'asked for' }, { correlationid: 'x1' });

function scene(): TestHistory {
  const history = new TestHistory();
  for (const id of ['e1', 'e2']) enrol(history, id);
  const eventId = history.nextEventId;
  requestExecution(history, 'x1', ['e1', 'e2']);
  history.part(eventId, 'the script');
  for (const id of ['e1', 'e2']) {
    acceptRun(history, 'x1', id);
    print(history, 0, 'personal', id);
  }
  return history;
}

/** The tables after live folding, message by message as it came, and after a rebuild from what is left in the streams. */
function fold(history: TestHistory, gone: (chunk: TestHistory['output'][number]) => boolean) {
  const live = openTestModel();
  live.apply(history.batches);
  const rebuilt = openTestModel();
  rebuilt.apply({ ...history.batches, output: history.output.filter((chunk) => !gone(chunk)) }, { outputKnownUntil: Number.MAX_SAFE_INTEGER });
  const rows = (model: typeof live) => {
    const { checkpoints: _checkpoints, ...tables } = model.dump();
    return tables;
  };
  return { live, rows: rows(live), rebuilt: rows(rebuilt), commit: live };
}
const ofRun = (runId: string) => (chunk: TestHistory['output'][number]) => chunk.subject.includes(`.${runId}.`);

describe('erased output', () => {
  it('is in no table, and the run says so; the others keep theirs', () => {
    const history = scene();
    finishRun(history, 'x1', 'e1', { stdout: 'personal' });
    erase(history, [run]);
    const { live, rows, rebuilt } = fold(history, ofRun(run));
    expect(live.rows('SELECT runs.id, state, outputErased, stdoutBytes, outputChunks FROM runs ORDER BY key')).toEqual([
      { id: run, state: 'succeeded', outputErased: 1, stdoutBytes: 8, outputChunks: 1 },
      { id: runIdOf('x1', 'e2'), state: 'accepted', outputErased: 0, stdoutBytes: null, outputChunks: null },
    ]);
    expect(live.rows('SELECT CAST(bytes AS TEXT) AS text, runKey FROM chunks')).toEqual([{ text: 'personal', runKey: 2 }]);
    expect(live.rows('SELECT eventId FROM privateParts')).toHaveLength(1);
    expect(rebuilt).toEqual(rows);
  });

  it('does not hold the end of its run back, and what comes late is not taken but told', () => {
    const history = scene();
    finishRun(history, 'x1', 'e1', { stdout: 'personal and more', stdoutChunks: 2 });
    const model = openTestModel();
    model.apply(history.batches);
    expect(model.rows(`SELECT state FROM runs WHERE id = '${run}'`)).toEqual([{ state: 'accepted' }]);
    const erased = erase(history, [run]);
    expect(model.apply({ events: [erased] })).toMatchObject({ firstAwaited: null, changes: expect.arrayContaining([{ kind: 'erasure', id: `run ${run}` }]) });
    expect(model.rows(`SELECT state FROM runs WHERE id = '${run}'`)).toEqual([{ state: 'succeeded' }]);
    const late = print(history, 1, 'and more');
    expect(model.apply({ output: [late] })).toMatchObject({ poisoned: 0, changes: [{ kind: 'erasure', id: `run ${run}` }] });
    expect(model.rows('SELECT runKey FROM chunks')).toEqual([{ runKey: 2 }]);
    const { rows, rebuilt } = fold(history, ofRun(run));
    expect(rebuilt).toEqual(rows);
  });

  it('of a whole execution takes what was executed with it, whichever is read first', () => {
    const history = scene();
    erase(history, null);
    const { live, rows, rebuilt } = fold(history, () => true);
    expect(live.rows('SELECT 1 FROM chunks UNION ALL SELECT 1 FROM privateParts')).toEqual([]);
    expect(rebuilt).toEqual(rows);
    const eventsFirst = openTestModel();
    eventsFirst.apply({ events: history.events });
    eventsFirst.apply({ private: history.private });
    expect(eventsFirst.rows('SELECT 1 FROM privateParts')).toEqual([]);
  });

  it('is refused for an execution nobody asked for', () => {
    const history = new TestHistory();
    erase(history, null);
    expect(fold(history, () => false).live.rows('SELECT code FROM poison')).toEqual([{ code: 'execution-unknown' }]);
  });
});

describe('an erased endpoint', () => {
  const sample = {
    at: '2026-01-31T12:00:00.000Z', cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2, diskReadBytesPerSecond: null, diskWriteBytesPerSecond: null,
    networkReceivedBytesPerSecond: 3, networkSentBytesPerSecond: 4, agentMemoryBytes: 5,
  };
  const facts = (history: TestHistory) => {
    history.endpoint('e1', 'kanade.inventory.packages-changed.v1', { reset: true, removed: [], present: [{ name: 'bash', version: '5', architecture: 'amd64', source: 'dpkg' }] });
    history.sample('e1', sample);
  };
  const retireAndErase = (history: TestHistory) => {
    history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'Taro’s laptop' });
    history.control('endpoint', 'e1', 'kanade.endpoint.retired.v1', { endpointId: 'e1', nkey: nkeyOf('e1') });
    history.control('endpoint', 'e1', 'kanade.endpoint.erased.v1', { endpointId: 'e1', reason: 'left' });
  };

  it('keeps nothing that is somebody’s in any table', () => {
    const history = scene();
    facts(history);
    finishRun(history, 'x1', 'e1', { stdout: 'personal' });
    history.raw('e1', Buffer.from('Taro, in what is no event'));
    retireAndErase(history);
    const { live, rows, rebuilt } = fold(history, ofRun(run));
    expect(live.rows('SELECT code, size, length(bytes) AS kept FROM poison')).toEqual([{ code: 'not-json', size: 25, kept: 0 }]);
    expect(JSON.stringify(rows)).not.toMatch(/Taro|e1-host|bash/i);
    expect(live.rows("SELECT name, alias, osName, packageCount, standing FROM endpoints WHERE id = 'e1'")).toEqual([
      { name: '(erased)', alias: null, osName: '', packageCount: 0, standing: 'retired' },
    ]);
    expect(live.rows('SELECT 1 FROM samples UNION ALL SELECT 1 FROM packages UNION ALL SELECT 1 FROM facets')).toEqual([]);
    expect(live.rows('SELECT runKey FROM chunks')).toEqual([{ runKey: 2 }]);
    expect(rebuilt).toEqual(rows);
  });

  it('takes nothing more until it comes back, and then only what is new', () => {
    const history = scene();
    facts(history);
    retireAndErase(history);
    facts(history);
    const late = history.metrics.at(-1);
    rekey(history, 'e1', { hostname: 'new-name' });
    const model = openTestModel();
    model.apply(history.batches);
    expect(model.rows("SELECT name, packageCount FROM endpoints WHERE id = 'e1'")).toEqual([{ name: 'new-name', packageCount: 0 }]);
    expect(model.rows('SELECT sequence FROM samples')).toEqual([{ sequence: late?.sequence }]);
    facts(history);
    model.apply({ events: history.events.slice(-1), metrics: history.metrics.slice(-1) });
    expect(model.rows('SELECT packageCount FROM endpoints')).toEqual([{ packageCount: 1 }, { packageCount: 0 }]);
  });
});

it('leaves no bytes behind, neither in free pages nor in the log', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kanade-erasure-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const model = openReadModel(join(directory, 'read-model.sqlite'), { incarnation: '0badcafe', verifyControl: () => undefined, restoredAt: null, kept: keepAll });
  const history = scene();
  print(history, 1, 'a rather personal thing '.repeat(4000));
  const holds = () => readdirSync(directory).some((name) => readFileSync(join(directory, name), 'latin1').includes('rather personal'));
  model.apply(history.batches);
  expect(holds()).toBe(true);
  model.apply({ events: [erase(history, null)] });
  model.checkpointLog();
  expect(holds()).toBe(false);
  model.close();
  expect(holds()).toBe(false);
});
