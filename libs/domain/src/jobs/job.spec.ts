import { describe, it } from 'vitest';
import { decider } from '../given.spec-kit.ts';
import type { EventDraft } from '../decision.ts';
import { decideApplyJob, evolveJob, initialJob } from './job.ts';
import type { ApplyJob } from './job.ts';

const content = { script: 'echo hello', env: { A: '1' }, arguments: ['x'] };
const execute = { shell: 'sh', timeoutMs: 60_000, runAs: 'system', cwd: null } as const;
const data = { jobId: 'hello', version: '1.0.0', description: 'says hello', execute, scriptDigest: 'a'.repeat(64), scriptBytes: 10 };
const apply = (change: Partial<ApplyJob> = {}): ApplyJob => ({ ...data, secrets: [], content, registered: undefined, ...change });
const applied = (version: string): EventDraft => ({ type: 'kanade.job.applied.v1', data: { ...data, version } });
const job = decider({ initial: initialJob, decide: decideApplyJob, evolve: evolveJob });

describe('applying a job', () => {
  it('refuses other content under a version that is registered', () => {
    const first = job.given(applied('1.0.0'));
    first.when(apply({ registered: { ...content, script: 'echo other' } })).refuses('job-version-conflict');
    first.when(apply({ registered: { ...content, env: { A: '2' } } })).refuses('job-version-conflict');
    first.when(apply({ registered: { ...content, env: { A: '1', B: '2' } } })).refuses('job-version-conflict');
    first.when(apply({ registered: { ...content, arguments: [] } })).refuses('job-version-conflict');
    first.when(apply({ registered: content, description: 'other' })).refuses('job-version-conflict');
    first.when(apply({ registered: content, execute: { ...execute, runAs: 'user' } })).refuses('job-version-conflict');
  });

  it('refuses other secrets under a version that is registered, in whatever order they stand', () => {
    const [env, file] = [{ name: 'db', as: 'env', variable: 'DB' }, { name: 'db', as: 'file', variable: 'DB' }] as const;
    const first = job.given({ type: 'kanade.job.applied.v1', data: { ...data, secrets: [env, file] } });
    for (const secrets of [[], [env], [env, { ...file, variable: 'OTHER' }]]) first.when(apply({ registered: content, secrets })).refuses('job-version-conflict');
    first.when(apply({ registered: content, secrets: [file, env] })).makes();
    job.given().when(apply({ secrets: [env] })).makes({ type: 'kanade.job.applied.v1', data: { ...data, secrets: [env] } });
  });

  it('refuses a version whose content was erased: nobody can tell whether it is the same', () => {
    job.given(applied('1.0.0')).when(apply({ registered: null })).refuses('job-version-conflict');
  });

  it('registers what is new', () => {
    job.given().when(apply()).makes(applied('1.0.0'));
    job.given(applied('0.9.0')).when(apply()).makes(applied('1.0.0'));
  });

  it('changes nothing when the same is registered already', () => {
    job.given(applied('1.0.0')).when(apply({ registered: { ...content } })).makes();
  });

  it('goes back to an older version with the same content', () => {
    job.given(applied('1.0.0'), applied('2.0.0')).when(apply({ registered: content })).makes(applied('1.0.0'));
  });
});
