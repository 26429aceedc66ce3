import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openReadModel } from '../read-model.ts';
import { TestHistory, acceptRun, dumpFile, enrol, finishRun, openTestModel, randomHistory, recordedBy, rekey, requestExecution, runIdOf, seeded } from '../testing/index.ts';
import { keepAll } from './kept.ts';
import type { Kept } from './kept.ts';
import { hourMs } from './cuts.ts';
import { stepEvery, stepRows } from './trimming.ts';

const dir = mkdtempSync(join(tmpdir(), 'kanade-trimming-'));
afterAll(() => { rmSync(dir, { recursive: true }); });

const options = { incarnation: '0badcafe', verifyControl: () => undefined, restoredAt: null };
const age = (hours: number) => ({ hours, most: Number.MAX_SAFE_INTEGER });
const number = (most: number) => ({ hours: Number.MAX_SAFE_INTEGER, most });
const byAge: Kept = { executions: age(40), events: age(60), audit: age(80), past: age(50) };
const byNumber: Kept = { executions: number(20), events: number(150), audit: number(10), past: number(100) };
const minutes = 60_000;

/** What a history makes of a read model, folded in random pieces and opened anew for each, as restarts would; or all at once. */
function folded(history: Pick<TestHistory, 'events' | 'output' | 'private' | 'metrics'>, kept: Kept, pieces: (() => number) | undefined) {
  const file = join(dir, `${Math.random().toString(36).slice(2)}.sqlite`);
  for (let done = 0; done < history.events.length; ) {
    const next = pieces === undefined ? history.events.length : Math.min(history.events.length, done + 1 + Math.floor(pieces() * 60));
    const [before, after] = [recordedBy(history, done), recordedBy(history, next)];
    const model = openReadModel(file, { ...options, kept });
    model.apply(
      { events: after.events.slice(done), output: after.output.slice(before.output.length), private: after.private.slice(before.private.length), metrics: after.metrics.slice(before.metrics.length) },
      // What speaks of a run that is gone does not wait for it.
      { unknownIsPoison: true },
    );
    model.close();
    done = next;
  }
  return dumpFile(file);
}

const count = (dump: Record<string, unknown[]>, table: string) => dump[table]?.length ?? 0;

describe('rows that were let go', () => {
  it.each([
    ['age', 1, byAge], ['age', 2, byAge], ['age', 3, byAge], ['number', 1, byNumber], ['number', 2, byNumber], ['number', 3, byNumber],
    ['both', 4, { ...byAge, events: { hours: 60, most: 150 }, executions: { hours: 100, most: 20 } }],
  ] as const)('by their %s are the same in a fold in pieces and one from the beginning (history %i)', (_, seed, kept) => {
    const history = randomHistory(seed, 400, 20 * minutes);
    const atOnce = folded(history, kept, undefined);
    expect(folded(history, kept, seeded(seed))).toEqual(atOnce);
    const all = folded(history, keepAll, undefined);
    for (const table of ['executions', 'runs', 'events', 'audit', 'presencePast', 'endpointsPast', 'jobsPast']) {
      expect({ table, fewer: count(atOnce, table) < count(all, table) }).toEqual({ table, fewer: true });
    }
    // What is now is told by everything that ever was.
    for (const table of ['endpoints', 'facets', 'packages', 'accounts', 'jobs', 'secrets', 'sites', 'enrolmentTokens', 'chains', 'revokedKeys', 'brokerMoves']) {
      expect({ table, rows: atOnce[table] }).toEqual({ table, rows: all[table] });
    }
  });
});

/** Hours in which nothing happens to any run; each event begins one. */
function pass(history: TestHistory, hours: number): void {
  for (let hour = 0; hour < hours; hour += 1) history.control('site', 'default', 'kanade.site.created.v1', { site: 'default' });
}

const hourly = () => new TestHistory(undefined, undefined, hourMs);

function ended(history: TestHistory, executionId: string, endpointId: string): void {
  requestExecution(history, executionId, [endpointId], { expiresAt: '2027-01-01T00:00:00.000Z' });
  acceptRun(history, executionId, endpointId);
  finishRun(history, executionId, endpointId);
}

describe('what goes', () => {
  it('are executions that ended, with their runs, and none that goes on', () => {
    const history = hourly();
    enrol(history, 'e1');
    ended(history, 'x1', 'e1');
    requestExecution(history, 'x2', ['e1'], { expiresAt: '2027-01-01T00:00:00.000Z' });
    ended(history, 'x3', 'e1');
    requestExecution(history, 'x4', ['e1'], { expiresAt: '2027-01-01T00:00:00.000Z' });
    pass(history, 30);
    const model = openTestModel({ kept: { ...keepAll, executions: age(24) } });
    model.apply(history.batches);
    expect(model.rows('SELECT id FROM executions ORDER BY id')).toEqual([{ id: 'x2' }, { id: 'x4' }]);
    expect(model.rows('SELECT id FROM runs ORDER BY id')).toEqual([{ id: runIdOf('x2', 'e1') }, { id: runIdOf('x4', 'e1') }]);
    expect(model.rows('SELECT count(*) AS count FROM executionSites')).toEqual([{ count: 2 }]);
    model.close();
  });

  it('never includes the newest run, from whose key the next ones count up', () => {
    const history = hourly();
    enrol(history, 'e1');
    ended(history, 'x1', 'e1');
    ended(history, 'x2', 'e1');
    pass(history, 60);
    const model = openTestModel({ kept: { ...keepAll, executions: age(24) } });
    model.apply(history.batches);
    expect(model.rows('SELECT "key", id FROM runs')).toEqual([{ key: 2, id: runIdOf('x2', 'e1') }]);
    model.close();
  });

  it('leaves in the index where endpoints were given their keys, and what the audit tells of', () => {
    const history = hourly();
    enrol(history, 'e1');
    rekey(history, 'e1');
    const asked = history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'Desk' }, { principal: 'account/a1' }).sequence;
    pass(history, 60);
    const rows = (kept: Kept) => {
      const model = openTestModel({ kept });
      model.apply(history.batches);
      const positions = model.rows('SELECT position FROM events ORDER BY position LIMIT 4');
      model.close();
      return positions;
    };
    const first = history.events.length - 24;
    expect(rows({ ...keepAll, events: age(24) })).toEqual([{ position: 1 }, { position: 2 }, { position: asked }, { position: first }]);
    expect(rows({ ...keepAll, events: age(24), audit: age(48) })).toEqual([{ position: 1 }, { position: 2 }, { position: first }, { position: first + 1 }]);
  });
});

/** More runs that ended than go in two steps, and days later a few events that come one soon after the other. */
function manyRuns(): { readonly history: TestHistory; readonly before: number } {
  const history = new TestHistory();
  const endpoints = Array.from({ length: 100 }, (_, index) => `e${index}`);
  for (const id of endpoints) enrol(history, id, { nkey: id, simulated: true });
  for (let done = 0; done < stepRows * 2 + 100; done += endpoints.length) {
    const id = `x${done}`;
    requestExecution(history, id, endpoints, { expiresAt: '2027-01-01T00:00:00.000Z' });
    history.control('execution', id, 'kanade.execution.runs-presumed.v1', { executionId: id, state: 'expired', runIds: endpoints.map((endpointId) => runIdOf(id, endpointId)) });
  }
  requestExecution(history, 'last', ['e0'], { expiresAt: '2027-01-01T00:00:00.000Z' });
  const before = history.events.length;
  history.pass(100 * hourMs);
  for (let index = 0; index < 4 * stepEvery; index += 1) history.control('site', 'default', 'kanade.site.created.v1', { site: 'default' });
  return { history, before };
}

describe('letting go', () => {
  it('is done in small steps', () => {
    const { history, before } = manyRuns();
    const model = openTestModel({ kept: { ...keepAll, executions: age(24) } });
    model.apply({ events: history.events.slice(0, before) });
    const runs = () => model.rows('SELECT 1 FROM runs').length;
    const left = [runs()];
    for (const message of history.events.slice(before)) {
      model.apply({ events: [message] });
      left.push(runs());
    }
    const steps = left.map((now, index) => (left[index - 1] ?? now) - now).filter((gone) => gone > 0);
    expect(steps.length).toBeGreaterThan(2);
    expect(Math.max(...steps)).toBeLessThanOrEqual(stepRows);
    expect(left.at(-1)).toBe(1);
    model.close();
  });

  it('goes on in the middle of it after a restart', () => {
    const { history, before } = manyRuns();
    const kept: Kept = { ...keepAll, executions: age(24) };
    // One event a time, each with a start of its own, as far as to the middle and to the end.
    for (const until of [before + 3, history.events.length]) {
      const part = { ...history.batches, events: history.events.slice(0, until) };
      expect(folded(part, kept, () => 0)).toEqual(folded(part, kept, undefined));
    }
  });

  it('does not let through again what the index no longer has', () => {
    const history = hourly();
    enrol(history, 'e1');
    const once = history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'Desk' });
    history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'Table' });
    pass(history, 120);
    history.foreign(once.subject, once.body, once.headers);
    const model = openTestModel({ kept: { ...keepAll, events: age(48) } });
    model.apply(history.batches);
    expect(model.rows(`SELECT count(*) AS count FROM events WHERE position = ${once.sequence}`)).toEqual([{ count: 0 }]);
    expect(model.rows('SELECT sequence, code FROM poison')).toEqual([{ sequence: history.events.length, code: 'replayed' }]);
    expect(model.rows('SELECT alias FROM endpoints')).toEqual([{ alias: 'Table' }]);
    model.close();
  });
});
