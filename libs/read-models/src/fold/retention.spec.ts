import { describe, expect, it } from 'vitest';
import { TestHistory, acceptRun, enrol, openTestModel, requestExecution, runIdOf } from '../testing/index.ts';
import { forgottenAtOnce } from './retention.ts';

function modelWith(chunks: number) {
  const history = new TestHistory();
  enrol(history, 'e1');
  requestExecution(history, 'x1', ['e1']);
  acceptRun(history, 'x1', 'e1');
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    history.chunk({ endpointId: 'e1', runId: runIdOf('x1', 'e1'), stream: 'stdout', chunk, offset: chunk }, 'a');
  }
  history.part('p1', 'one');
  history.part('p2', 'two');
  const model = openTestModel();
  model.apply(history.batches);
  return model;
}

describe('what a stream no longer keeps', () => {
  it('goes from the tables, and nothing else does', () => {
    const model = modelWith(3);
    expect(model.forgetBefore({ output: 3, private: 2 })).toBe(false);
    expect(model.rows('SELECT sequence FROM chunks')).toEqual([{ sequence: 3 }]);
    expect(model.rows('SELECT eventId FROM privateParts')).toEqual([{ eventId: 'p2' }]);
  });

  it('goes a little at a time, until nothing is left', () => {
    const model = modelWith(forgottenAtOnce + 1);
    expect(model.forgetBefore({ output: forgottenAtOnce + 2, private: 0 })).toBe(true);
    expect(model.rows('SELECT count(*) AS count FROM chunks')).toEqual([{ count: 1 }]);
    expect(model.forgetBefore({ output: forgottenAtOnce + 2, private: 0 })).toBe(false);
    expect(model.rows('SELECT count(*) AS count FROM chunks')).toEqual([{ count: 0 }]);
  });
});
