import { describe, expect, it } from 'vitest';
import { busyHistory, openTestModel } from '../testing/index.ts';
import type { TestHistory } from '../testing/index.ts';
import { HistoryMismatchError } from './errors.ts';
import { foldedStreams } from './message.ts';
import type { StoredMessage } from './message.ts';

/** A small generator of numbers, so that a failing cut can be repeated from its seed. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Folds as the worker does: from four queues, each as far as it happens to have been read. */
function foldInPieces(history: TestHistory, seed: number) {
  const random = seeded(seed);
  const model = openTestModel();
  const left = { events: [...history.events], output: [...history.output], private: [...history.private], metrics: [...history.metrics] };
  const take = (messages: StoredMessage[]) => messages.slice(0, random(4));
  while (foldedStreams.some((stream) => left[stream].length > 0)) {
    const { taken } = model.apply({ events: take(left.events), output: take(left.output), private: take(left.private), metrics: take(left.metrics) });
    for (const stream of foldedStreams) left[stream].splice(0, taken[stream]);
    if (left.events.length === 0) model.apply({});
  }
  return model.dump();
}

const foldWhole = (history: TestHistory) => {
  const model = openTestModel();
  model.apply(history.batches);
  return model.dump();
};

describe('the fold', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))('gives the same rows however the streams are cut and read apart (seed %i)', (seed) => {
    expect(foldInPieces(busyHistory(), seed)).toEqual(foldWhole(busyHistory()));
  });

  it('takes everything, and counts what it could not fold', () => {
    const history = busyHistory();
    const commit = openTestModel().apply(history.batches);
    expect(commit.taken).toEqual({ events: history.events.length, output: 1, private: 1, metrics: 1 });
    expect(commit.poisoned).toBe(1);
  });

  it('refuses to fold a message twice', () => {
    const history = busyHistory();
    const model = openTestModel();
    model.apply(history.batches);
    const before = model.dump();
    expect(() => model.apply(history.batches)).toThrow(HistoryMismatchError);
    expect(model.dump()).toEqual(before);
  });

  it('never goes on over a gap', () => {
    const { events } = busyHistory();
    const model = openTestModel();
    model.apply({ events: events.slice(0, 3) });
    expect(() => model.apply({ events: events.slice(4, 6) })).toThrow(expect.objectContaining({ name: 'HistoryMismatchError', kind: 'gap', sequence: 4 }));
    expect(model.checkpoint('events')?.sequence).toBe(3);
  });

  it('moves each checkpoint with the rows, in the history it was opened for', () => {
    const history = busyHistory();
    const model = openTestModel({ incarnation: '12345678' });
    model.apply(history.batches);
    expect(model.checkpoint('events')).toMatchObject({ incarnation: '12345678', sequence: history.events.length });
    expect(model.checkpoint('output')).toMatchObject({ incarnation: '12345678', sequence: 1 });
    expect(model.checkpoint('metrics')?.sequence).toBe(1);
    expect(model.checkpoint('private')?.sequence).toBe(1);
  });

  it('does not blame an event for the one before it', () => {
    const history = busyHistory();
    const model = openTestModel();
    model.exec("CREATE TRIGGER breaks BEFORE INSERT ON packages BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END");
    model.apply(history.batches);
    // The endpoint's next event links to the one that broke, and is folded.
    expect(model.rows('SELECT code FROM poison ORDER BY sequence')).toEqual([{ code: 'fold-failed' }, { code: 'not-json' }]);
    expect(model.rows("SELECT state FROM runs WHERE id = 'run-x1-e1'")).toEqual([{ state: 'succeeded' }]);
  });

  it('folds everything but the one event that breaks a projection, which becomes poison', () => {
    const history = busyHistory();
    const model = openTestModel();
    // A row in the way, as no event could have put it there.
    model.exec("INSERT INTO jobs VALUES (999, 'other', 1, 'v', 'd', 'sh', 1, 'system', NULL, 'x', 1, 't', 'b', 'e', NULL, '[]')");
    model.exec('CREATE TRIGGER breaks BEFORE INSERT ON jobVersions BEGIN SELECT RAISE(ABORT, \'broken on purpose\'); END');
    const commit = model.apply(history.batches);
    expect(commit.taken.events).toBe(history.events.length);
    expect(model.rows("SELECT code, reason FROM poison WHERE code = 'fold-failed'")).toEqual([{ code: 'fold-failed', reason: 'broken on purpose' }]);
    expect(model.rows("SELECT id FROM jobs WHERE id = 'hello'")).toEqual([]);
    expect(model.rows('SELECT count(*) AS n FROM runs')).toEqual([{ n: 4 }]);
    expect(model.rows('SELECT count(*) AS n FROM events')).toEqual([{ n: history.events.length }]);
  });
});
