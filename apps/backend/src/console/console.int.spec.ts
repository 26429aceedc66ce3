import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;
const outside = mkdtempSync(join(tmpdir(), 'kanade-console-'));
const directory = join(outside, 'dist');

beforeAll(async () => {
  mkdirSync(join(directory, 'assets'), { recursive: true });
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  writeFileSync(join(directory, 'index.html'), '<title>the console</title>');
  writeFileSync(join(directory, 'favicon.svg'), '<svg/>');
  writeFileSync(join(directory, 'assets', 'index-abc123.js'), 'export {};');
  installation = await startInstallation();
  backend = await installation.backend({ KANADE_CONSOLE_DIR: directory });
});
afterAll(async () => {
  await installation.stop();
  rmSync(outside, { recursive: true, force: true });
});

const get = (path: string) => backend.request('GET', path);

describe('the console’s files', () => {
  it('are not to be left', async () => {
    for (const path of ['/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/%00']) {
      expect(String((await get(path)).body['text'])).not.toContain('secret');
    }
  });
  it('never answer for the API', async () => {
    expect(await get('/api/v1/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await get('/assets/index-old.js')).toMatchObject({ status: 404 });
  });
  it('are kept for ever where their name tells their content, and the page is not', async () => {
    const script = await get('/assets/index-abc123.js');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toContain('javascript');
    for (const path of ['/', '/executions/0192f0c1', '/endpoints?search=a']) {
      const page = await get(path);
      expect(page).toMatchObject({ status: 200, body: { text: '<title>the console</title>' } });
      expect(page.headers.get('cache-control')).toBe('no-cache');
    }
    expect((await get('/favicon.svg')).headers.get('content-type')).toContain('svg');
  });
});
