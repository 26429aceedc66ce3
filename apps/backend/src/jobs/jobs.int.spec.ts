import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;
const manifest = { version: '1.0.0', description: 'says hello', execute: { shell: 'sh', script: 'echo hello', env: { A: '1' } } };
const apply = (change: object = {}) => backend.call('PUT', '/jobs/hello', { ...manifest, ...change });

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

describe('applying a job', () => {
  it('refuses what it does not understand, naming it', async () => {
    expect(await apply({ descripton: 'x' })).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ path: 'descripton' }] } });
    expect(await apply({ execute: { shell: 'fish', script: 'x' } })).toMatchObject({ status: 400, body: { errors: [{ path: 'execute.shell' }] } });
    expect(await backend.call('PUT', '/jobs/Not%20An%20Id', manifest)).toMatchObject({ status: 400 });
  });

  it('creates, changes nothing, updates, and refuses other content under a version that is taken', async () => {
    expect(await apply()).toMatchObject({ status: 200, body: { outcome: 'created' } });
    const unchanged = await apply();
    expect(unchanged).toMatchObject({ status: 200, body: { outcome: 'unchanged' } });
    expect(await apply({ version: '1.1.0' })).toMatchObject({ status: 200, body: { outcome: 'updated' } });
    const other = { execute: { ...manifest.execute, script: 'echo other' } };
    expect(await apply(other)).toMatchObject({ status: 409, body: { code: 'job-version-conflict' } });
    const job = await backend.call('GET', `/jobs/hello?minPosition=${String((await apply({ version: '1.2.0', ...other })).body['position'])}`);
    expect(job).toMatchObject({ status: 200, body: { version: '1.2.0', execute: { script: 'echo other', env: { A: '1' } } } });
  });

  it('shows neither script nor environment in the event', async () => {
    const events = JSON.stringify((await backend.call('GET', '/events?type=kanade.job.applied.v1')).body);
    const [position] = /[0-9a-f]{8}:\d+/.exec(events) ?? [];
    const event = await backend.call('GET', `/events/${String(position)}`);
    expect(event.status).toBe(200);
    expect(JSON.stringify(event.body)).not.toContain('echo');
  });
});
