import { auditEntrySchema, auditPageSchema } from '@kanade/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../accounts/people.spec-kit.ts';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;
let auditor: Person;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  auditor = await Person.join(backend, 'aki', 'auditor');
  await auditor.signIn();
});
afterAll(() => installation.stop());

const manifest = { version: '1.0.0', description: '', execute: { shell: 'sh', script: 'echo hello' } };
const list = async (query = '') => auditPageSchema.parse((await auditor.send('GET', `/audit${query}`)).body);

describe('the audit', () => {
  it('has an act as soon as the position it answered is waited for', async () => {
    const { body } = await backend.call('PUT', '/jobs/hello', manifest, { 'kanade-interface': 'cli' });
    const page = await list(`?minPosition=${String(body['position'])}&target=hello`);
    expect(page.items).toMatchObject([
      { name: 'admin (test)', remoteAddress: '127.0.0.1', interface: 'cli', outcome: 'done', target: { kind: 'job', id: 'hello', name: 'hello@1.0.0' }, scriptDigest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  it('is told who asks for it and may not', async () => {
    const viewer = await Person.join(backend, 'vera', 'viewer');
    await viewer.signIn();
    expect((await viewer.send('GET', '/audit')).status).toBe(403);
    const [entry] = await eventually(async () => {
      const { items } = await list('?outcome=refused&principal=vera');
      return items.length > 0 ? items : undefined;
    }, 'the refusal');
    expect(entry).toMatchObject({ operation: 'listAudit', code: 'forbidden', count: 1, interface: 'console', name: 'vera' });
  });

  it('refuses what is no filter, by its name', async () => {
    expect(await auditor.send('GET', '/audit?interface=telnet')).toMatchObject({ status: 400, body: { errors: [{ path: 'interface' }] } });
    expect(await auditor.send('GET', '/audit/export?format=xml')).toMatchObject({ status: 400, body: { errors: [{ path: 'format' }] } });
  });

  it('is exported whole, with the position it was read at', async () => {
    const answer = await auditor.send('GET', '/audit/export');
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(answer.headers.get('kanade-position')).toMatch(/^[0-9a-f]{8}:\d+$/);
    const lines = String(answer.body['text']).trim().split('\n').map((line) => auditEntrySchema.parse(JSON.parse(line)));
    expect(lines.map(({ position }) => position)).toEqual((await list('?limit=500')).items.map(({ position }) => position).reverse());
    const csv = await auditor.send('GET', `/audit/export?format=csv&from=${lines[1]?.recordedAt ?? ''}`);
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="kanade-audit.csv"');
    expect(String(csv.body['text']).trim().split('\r\n')[0]).toMatch(/^position,/);
    expect(String(csv.body['text'])).not.toContain(`${lines[0]?.position ?? '?'},`);
  });
});
