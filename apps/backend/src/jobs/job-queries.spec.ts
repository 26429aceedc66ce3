import { createHash } from 'node:crypto';
import { jobDetailSchema, jobListQuerySchema, jobPageSchema } from '@kanade/contracts';
import { TestHistory } from '@kanade/read-models/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { foldScene } from '../projections/folded-scene.spec-kit.ts';
import type { FoldedScene } from '../projections/folded-scene.spec-kit.ts';
import { getJob } from './get-job.query.ts';
import { listJobs } from './list-jobs.query.ts';

const part = JSON.stringify({ salt: '0'.repeat(32), script: 'echo hello', env: { A: '1' }, arguments: ['x'] });

function apply(history: TestHistory, jobId: string, version: string, privatedigest = createHash('sha256').update(part).digest('hex')): void {
  history.part(history.nextEventId, part);
  history.control('job', jobId, 'kanade.job.applied.v1', {
    jobId, version, description: `The ${jobId} job`, execute: { shell: 'sh', timeoutMs: 90_000, runAs: 'user', cwd: null }, scriptDigest: 'c'.repeat(64), scriptBytes: 10,
  }, { privatedigest });
}

let scene: FoldedScene;
beforeEach(() => {
  const history = new TestHistory();
  apply(history, 'hello', '1');
  apply(history, 'hello', '2');
  apply(history, 'backup', '1', 'f'.repeat(64));
  scene = foldScene(history);
});
afterEach(() => scene.close());

const list = (query: object) => listJobs(scene.db, systemPrincipal, jobListQuerySchema.parse(query));

describe('jobs', () => {
  it('come by id, page by page, and are found by id or description', () => {
    const first = list({ limit: 1 });
    expect(jobPageSchema.parse(first)).toEqual(first);
    expect(first.items).toMatchObject([{ id: 'backup' }]);
    expect(list({ limit: 1, cursor: first.nextCursor })).toMatchObject({ items: [{ id: 'hello', version: '2' }], nextCursor: null });
    expect(list({ search: 'THE HEL' }).items).toHaveLength(1);
  });

  it('are shown with their script and every version, newest first', () => {
    const job = getJob(scene.db, systemPrincipal, { jobId: 'hello' });
    expect(jobDetailSchema.parse(job)).toEqual(job);
    expect(job.execute).toEqual({ shell: 'sh', timeout: '90s', runAs: 'user', script: 'echo hello', env: { A: '1' }, arguments: ['x'] });
    expect(job.versions.map(({ version, position }) => [version, position])).toEqual([['2', '0badcafe:2'], ['1', '0badcafe:1']]);
  });

  it('never show a private part that their event does not name', () => {
    expect(getJob(scene.db, systemPrincipal, { jobId: 'backup' }).execute).toBe(null);
  });

  it('are not found when nobody applied them', () => {
    expect(() => getJob(scene.db, systemPrincipal, { jobId: 'nobody' })).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
