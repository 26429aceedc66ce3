import { describe, expect, it } from 'vitest';
import { TestHistory, enrol, openTestModel } from '../testing/index.ts';
import { budgetDay } from './budgets.ts';

const noon = Date.parse('2026-01-31T12:00:00.000Z');
const beforeMidnight = Date.parse('2026-01-31T23:59:59.960Z');
const refused = (history: TestHistory, id = 'e1') => history.endpoint(id, 'kanade.command.refused.v1', { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } });
const release = (history: TestHistory) => history.control('endpoint', 'e1', 'kanade.endpoint.released.v1', { endpointId: 'e1', reason: 'operator' });
const hold = (history: TestHistory) =>
  history.control('endpoint', 'e1', 'kanade.endpoint.held.v1', { endpointId: 'e1', cause: 'event-budget', detail: 'too many', until: '2026-02-01T00:00:00.000Z' });

function fold(act: (history: TestHistory) => void, startedAt = noon, batchSize = Infinity) {
  const history = new TestHistory(startedAt);
  enrol(history, 'e1');
  enrol(history, 'e2');
  act(history);
  const model = openTestModel();
  const size = Math.min(batchSize, history.events.length);
  for (let start = 0; start < history.events.length; start += size) model.apply({ events: history.events.slice(start, start + size) });
  return { model, days: model.rows('SELECT endpointKey, day, events, bytes FROM chains ORDER BY endpointKey'), row: model.rows('SELECT * FROM endpoints')[0] };
}

describe('what an endpoint stores in a day', () => {
  const busy = (history: TestHistory) => {
    refused(history);
    refused(history, 'e2');
    history.raw('e1', Buffer.from('not an event'));
    history.foreign('kanade.events.endpoint.e1', Buffer.from('not even linked'), { 'X-Large': 'x'.repeat(10_000) });
    history.foreign('kanade.events.endpoint.stranger', Buffer.from('{}'));
  };

  it('is counted, whether it can be folded or not, with its headers', () => {
    const { days, model } = fold(busy);
    expect(days).toMatchObject([{ endpointKey: 1, day: budgetDay(noon), events: 3 }, { endpointKey: 2, day: budgetDay(noon), events: 1 }]);
    const [large, small] = model.rows('SELECT bytes > 10000 AS isLarge FROM chains ORDER BY endpointKey');
    expect([large, small]).toEqual([{ isLarge: 1 }, { isLarge: 0 }]);
  });

  it('is the same however it is folded', () => {
    const { days } = fold(busy);
    for (const batchSize of [1, 2, 3]) expect(fold(busy, noon, batchSize).days).toEqual(days);
  });

  it('begins anew with the day, by the broker’s clock, also within a batch', () => {
    const act = (history: TestHistory) => {
      for (let n = 0; n < 6; n += 1) refused(history);
    };
    for (const batchSize of [1, 100]) expect(fold(act, beforeMidnight, batchSize).days).toMatchObject([{ day: budgetDay(beforeMidnight) + 1, events: 5 }]);
  });

  it('is forgotten when it is released', () => {
    const act = (history: TestHistory) => {
      refused(history);
      refused(history);
      hold(history);
      release(history);
      refused(history);
    };
    for (const batchSize of [1, 100]) expect(fold(act, noon, batchSize)).toMatchObject({ days: [{ events: 1 }], row: { heldCause: null, heldDetail: null, heldSince: null, heldUntil: null } });
  });
});

describe('a held endpoint', () => {
  it('says why, since when and until when', () => {
    const { row } = fold((history) => void hold(history));
    expect(row).toMatchObject({ heldCause: 'event-budget', heldDetail: 'too many', heldSince: '2026-01-31T12:00:00.030Z', heldUntil: '2026-02-01T00:00:00.000Z' });
  });
  it('is one that was enrolled', () => {
    const history = new TestHistory();
    hold(history);
    expect(openTestModel().apply(history.batches).poisoned).toBe(1);
  });
});
