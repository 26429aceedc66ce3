import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findNatsServer, isUsable } from './nats-server.mjs';

let dir;

/** A program that does no more than say which version it is, as the search asks for nothing else. */
const claiming = (version) => {
  const path = join(dir, 'nats-server');
  writeFileSync(path, `#!/bin/sh\necho 'nats-server: v${version}'\n`);
  chmodSync(path, 0o755);
  return path;
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kanade-nats-'));
  vi.stubEnv('KANADE_CACHE_DIR', join(dir, 'cache'));
  vi.stubEnv('KANADE_NATS_SERVER', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

describe('finding nats-server', () => {
  it('compares versions as numbers', () => {
    expect(['2.9.25', '2.15.0', '2.15.2', '3.0.0', undefined].map(isUsable)).toEqual([false, true, true, true, false]);
  });

  it('refuses a chosen one that is too old instead of taking another', async () => {
    vi.stubEnv('KANADE_NATS_SERVER', claiming('2.9.25'));
    await expect(findNatsServer()).rejects.toThrow(/2\.9\.25; 2\.15 or newer is needed/);
  });

  it('refuses a chosen one that does not exist', async () => {
    vi.stubEnv('KANADE_NATS_SERVER', join(dir, 'nowhere'));
    await expect(findNatsServer()).rejects.toThrow(/not a nats-server that runs/);
  });

  it('takes a new enough one on PATH', async () => {
    const path = claiming('2.15.2');
    vi.stubEnv('PATH', dir);
    await expect(findNatsServer()).resolves.toBe(path);
  });

  it('says everything it tried when there is none', async () => {
    claiming('2.9.25');
    vi.stubEnv('PATH', dir);
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    const failure = await findNatsServer().catch((error) => error);
    vi.unstubAllGlobals();
    expect(failure.message).toMatch(/No nats-server/);
    expect(failure.advice.join('\n')).toMatch(/is version 2\.9\.25[\s\S]*Go is not installed[\s\S]*KANADE_NATS_SERVER/);
  });

  it('throws a downloaded archive away when its digest is another', async () => {
    vi.stubEnv('PATH', dir);
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('not an archive')));
    const failure = await findNatsServer().catch((error) => error);
    vi.unstubAllGlobals();
    expect(failure.advice.join('\n')).toMatch(/thrown away|no release archive is pinned/);
  });
});
