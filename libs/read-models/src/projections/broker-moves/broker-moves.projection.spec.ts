import { describe, expect, it } from 'vitest';
import { TestHistory, enrol, openTestModel } from '../../testing/index.ts';

const broker = { urls: ['tls://new.example:4222'], ca: null };
const reason = { code: 'older-version', message: 'older' };

function history(): TestHistory {
  const made = new TestHistory();
  enrol(made, 'e1');
  made.control('broker', 'fleet', 'kanade.broker.move-ordered.v1', { version: 5, endpointId: null, broker, keepOld: true }, { principal: 'account/a1' });
  made.control('broker', 'fleet', 'kanade.broker.move-ordered.v1', { version: 6, endpointId: 'e1', broker, keepOld: false });
  made.endpoint('e1', 'kanade.desired.failed.v1', { version: 5, reason: { code: 'broker-unreachable', message: 'nobody there' } });
  made.endpoint('e1', 'kanade.desired.applied.v1', { version: 6, urls: broker.urls });
  made.endpoint('e1', 'kanade.desired.refused.v1', { version: 4, revision: 9, reason });
  return made;
}

describe('moves of the broker', () => {
  it('are kept as they were ordered, with what each endpoint last said and has brought about', () => {
    const model = openTestModel();
    model.apply(history().batches);
    expect(model.rows('SELECT position, version, endpointKey, urls, ca, keepOld, orderedBy FROM brokerMoves')).toEqual([
      { position: 2, version: 5, endpointKey: null, urls: '["tls://new.example:4222"]', ca: null, keepOld: 1, orderedBy: 'account/a1' },
      { position: 3, version: 6, endpointKey: 1, urls: '["tls://new.example:4222"]', ca: null, keepOld: 0, orderedBy: 'system' },
    ]);
    expect(model.rows('SELECT endpointKey, position, answer, reason, appliedVersion FROM desiredAnswers')).toEqual([
      { endpointKey: 1, position: 6, answer: 'refused', reason: 'older', appliedVersion: 6 },
    ]);
    model.close();
  });
});
