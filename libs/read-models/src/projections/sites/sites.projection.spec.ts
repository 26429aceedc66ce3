import { afterEach, describe, expect, it } from 'vitest';
import { TestHistory } from '../../testing/history.ts';
import { enrol, finishRun, requestExecution, startRun } from '../../testing/scenes.ts';
import { openTestModel } from '../../testing/memory-model.ts';
import type { TestModel } from '../../testing/memory-model.ts';

let model: TestModel | undefined;
afterEach(() => model?.close());

function fold(history: TestHistory): TestModel {
  model = openTestModel();
  model.apply(history.batches);
  return model;
}

const sitesOfEvents = (of: TestModel, after: number) =>
  of.rows(`SELECT sites.name AS site FROM events LEFT JOIN sites ON sites.key = siteKey WHERE position > ${after} ORDER BY position`);
const runs = (of: TestModel) => of.rows('SELECT runs.id, sites.name AS site FROM runs JOIN sites ON sites.key = runs.siteKey ORDER BY runs.key');

/** An endpoint in Tokyo and one in Osaka: positions 1 and 2. */
function twoSites(): TestHistory {
  const history = new TestHistory();
  enrol(history, 'e1', { site: 'tokyo' });
  enrol(history, 'e2', { site: 'osaka' });
  return history;
}

describe('a site', () => {
  it('is listed from the moment somebody makes it, until it is deleted', () => {
    const history = twoSites();
    history.control('site', 'tokyo', 'kanade.site.created.v1', { site: 'tokyo' }, { principal: 'account/a1' });
    history.control('site', 'kyoto', 'kanade.site.created.v1', { site: 'kyoto' }, { principal: 'account/a1' });
    history.control('site', 'kyoto', 'kanade.site.deleted.v1', { site: 'kyoto' }, { principal: 'account/a1' });
    expect(fold(history).rows('SELECT name, listed, createdBy FROM sites ORDER BY key')).toEqual([
      { name: 'default', listed: 1, createdBy: null }, { name: 'tokyo', listed: 1, createdBy: 'account/a1' }, { name: 'osaka', listed: 0, createdBy: null },
      { name: 'kyoto', listed: 0, createdBy: null },
    ]);
  });

  it('has the runs and events of its endpoints, for good', () => {
    const history = twoSites();
    requestExecution(history, 'x1', ['e1']);
    startRun(history, 'x1', 'e1');
    history.control('endpoint', 'e1', 'kanade.endpoint.site-assigned.v1', { endpointId: 'e1', site: 'osaka' });
    requestExecution(history, 'x2', ['e1']);
    const folded = fold(history);
    expect(runs(folded)).toEqual([{ id: 'run-x1-e1', site: 'tokyo' }, { id: 'run-x2-e1', site: 'osaka' }]);
    expect(folded.rows("SELECT site FROM endpoints WHERE id = 'e1'")).toEqual([{ site: 'osaka' }]);
    // Request, targets and start; the assignment; request and targets.
    expect(sitesOfEvents(folded, 2)).toEqual(['tokyo', 'tokyo', 'tokyo', 'osaka', 'osaka', 'osaka'].map((site) => ({ site })));
  });

  it('has what was done about an execution only where that runs nowhere else', () => {
    const history = twoSites();
    requestExecution(history, 'x1', ['e1', 'e2']);
    startRun(history, 'x1', 'e2');
    const folded = fold(history);
    expect(sitesOfEvents(folded, 2)).toMatchObject([{ site: null }, { site: null }, { site: 'osaka' }]);
    expect(folded.rows('SELECT name FROM executionSites JOIN sites ON sites.key = siteKey ORDER BY name')).toEqual([{ name: 'osaka' }, { name: 'tokyo' }]);
  });

  it('counts what ended in it', () => {
    const history = twoSites();
    requestExecution(history, 'x1', ['e1', 'e2']);
    for (const endpointId of ['e1', 'e2']) finishRun(history, 'x1', endpointId);
    expect(fold(history).rows('SELECT sites.name AS site, state, count FROM endTallies JOIN sites ON sites.key = siteKey ORDER BY name')).toEqual([
      { site: 'osaka', state: 'succeeded', count: 1 }, { site: 'tokyo', state: 'succeeded', count: 1 },
    ]);
  });
});
