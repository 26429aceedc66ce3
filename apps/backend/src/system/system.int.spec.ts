import { readModelStatusSchema, systemStatusSchema } from '@kanade/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

describe('the edge', () => {
  it('answers what does not exist, and what is no page, with a problem', async () => {
    expect(await backend.call('GET', '/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await backend.call('DELETE', '/jobs/hello')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await backend.request('GET', '/health/nothing')).toMatchObject({ status: 404 });
    expect(await backend.call('PUT', '/jobs/hello', 'version: 1', { 'content-type': 'text/yaml' })).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
  });

  it('names every answer by a request id, the caller’s where it has one', async () => {
    expect((await backend.request('GET', '/health/live', undefined, { 'x-request-id': 'mine-1' })).headers.get('x-request-id')).toBe('mine-1');
    const answer = await backend.request('GET', '/api/v1/jobs');
    expect(answer.body['requestId']).toBe(answer.headers.get('x-request-id'));
  });

  it('lets no page of ours load or frame anything foreign', async () => {
    const { headers, body } = await backend.request('GET', '/executions/some-id');
    expect(String(body['text'])).toContain('its console is not built');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('tells Prometheus what it measures, but no stranger', async () => {
    expect((await backend.request('GET', '/metrics')).status).toBe(401);
    const { body } = await backend.request('GET', '/metrics', undefined, { authorization: `Bearer ${await backend.token()}` });
    for (const name of ['kanade_fold_lag_events', 'kanade_verifier_lag_events', 'kanade_archive_lag_events', 'kanade_endpoints', 'kanade_http_request_duration_seconds_count', 'kanade_dispatched_commands_total', 'kanade_read_model_bytes', 'kanade_verifier_bytes', 'kanade_volume_bytes', 'kanade_stream_bytes']) {
      expect(String(body['text'])).toContain(name);
    }
  });

  it('tells how large everything is, and how much room there is', async () => {
    const { storage, checks } = systemStatusSchema.parse((await backend.call('GET', '/status')).body);
    expect(storage.readModelBytes).toBeGreaterThan(0);
    expect(storage.verifierBytes).toBeGreaterThan(0);
    expect(storage.freeBytes).toBeLessThan(storage.totalBytes ?? 0);
    expect(checks.disk.detail).toMatch(/MiB/);
    const rows = await eventually(async () => {
      const measured = readModelStatusSchema.parse((await backend.call('GET', '/read-model')).body).rows;
      return measured.every(({ bytes }) => bytes !== null && bytes > 0) ? measured : undefined;
    }, 'the tables to be measured');
    expect(rows.find(({ kind }) => kind === 'events')?.count).toBeGreaterThan(0);
  });

  it('describes itself', async () => {
    expect(await backend.request('GET', '/api/v1/openapi.json')).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
  });
});

describe('when the broker goes away', () => {
  it('says so, still shows what it knows, and goes on when it is back', async () => {
    const before = await eventually(async () => {
      const status = systemStatusSchema.parse((await backend.call('GET', '/status')).body);
      return status.status === 'ok' ? status : undefined;
    }, 'everything to be well');
    expect(before).toMatchObject({ checks: { broker: { status: 'ok' }, lease: { status: 'ok' } } });
    await installation.broker.kill();
    await eventually(async () => ((await backend.request('GET', '/health/ready')).status === 503 ? true : undefined), 'the backend to notice');
    expect(await backend.call('GET', '/status')).toMatchObject({ status: 200, body: { status: 'failed' } });
    expect(await backend.call('GET', '/executions')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await backend.call('PUT', '/jobs/hello', { version: '1', execute: { shell: 'sh', script: 'x' } })).toMatchObject({ status: 503, body: { code: 'broker-unavailable' } });
    await installation.broker.restart();
    await eventually(async () => ((await backend.request('GET', '/health/ready')).status === 200 ? true : undefined), 'the backend to be ready again', 30_000);
    expect(await backend.call('PUT', '/jobs/hello', { version: '1', execute: { shell: 'sh', script: 'x' } })).toMatchObject({ status: 200 });
  });
});
