import { describe, expect, it } from 'vitest';
import { TestHistory, enrol, openTestModel } from '../testing/index.ts';
import type { StoredMessage } from './message.ts';

const event = (history: TestHistory): StoredMessage =>
  history.endpoint('e1', 'kanade.command.refused.v1', { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } });

/** Folds the history without some of an endpoint's events, as if they had never been stored. */
function foldWithout(history: TestHistory, gone: readonly StoredMessage[]) {
  const model = openTestModel();
  const events = history.events.filter((message) => !gone.includes(message)).map((message, index) => ({ ...message, sequence: index + 1 }));
  model.apply({ events });
  return model;
}

describe('the chain of an endpoint', () => {
  it('is followed without a word while it holds', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    event(history);
    event(history);
    const model = foldWithout(history, []);
    expect(model.poisonCount()).toBe(0);
    expect(model.rows('SELECT epoch, sequence FROM chains')).toEqual([{ epoch: 1, sequence: 2 }]);
  });

  it('is broken once where an event is missing, and goes on behind it', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    event(history);
    const missing = event(history);
    event(history);
    event(history);
    const model = foldWithout(history, [missing]);
    expect(model.rows('SELECT sequence, code FROM poison')).toEqual([{ sequence: 3, code: 'chain-broken' }]);
  });

  it('is broken where an event is not the one its successor names', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    const first = event(history);
    event(history);
    const altered = history.events.map((message) => (message === first ? { ...message, body: Buffer.from(message.body.toString().replace('Too late.', 'Too soon.')) } : message));
    const model = openTestModel();
    model.apply({ events: altered });
    expect(model.rows('SELECT sequence, code FROM poison')).toEqual([{ sequence: 3, code: 'chain-broken' }]);
  });

  it('takes a repeated event for what it is', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    const first = event(history);
    history.foreign(first.subject, first.body, first.headers);
    const model = foldWithout(history, []);
    expect(model.rows('SELECT sequence, code FROM poison')).toEqual([{ sequence: 3, code: 'chain-rewound' }]);
    expect(model.rows('SELECT sequence FROM chains')).toEqual([{ sequence: 1 }]);
  });

  it('begins anew with an epoch, visibly', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    event(history);
    history.openEpoch('e1');
    event(history);
    const model = foldWithout(history, []);
    expect(model.poisonCount()).toBe(0);
    expect(model.rows('SELECT epoch, position FROM epochs ORDER BY epoch')).toEqual([{ epoch: 1, position: 2 }, { epoch: 2, position: 3 }]);
  });

  it('never goes back to an epoch that was over', () => {
    const history = new TestHistory();
    enrol(history, 'e1');
    event(history);
    history.openEpoch('e1');
    event(history);
    const old = history.events[1];
    if (old !== undefined) history.foreign(old.subject, old.body, old.headers);
    const model = foldWithout(history, []);
    expect(model.rows('SELECT code FROM poison')).toEqual([{ code: 'chain-rewound' }]);
    expect(model.rows('SELECT epoch FROM chains')).toEqual([{ epoch: 2 }]);
  });
});
