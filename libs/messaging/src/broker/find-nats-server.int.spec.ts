import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNatsServer } from './find-nats-server.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kanade-nats-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A program that does no more than say which version it is, as the search asks for nothing else. */
function claiming(version: string, ...folder: string[]): string {
  const path = join(dir, ...folder, 'nats-server');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho 'nats-server: v${version}'\n`);
  chmodSync(path, 0o755);
  return path;
}

const surroundings = (...path: string[]) => ({ PATH: path.map((name) => join(dir, name)).join(delimiter), KANADE_CACHE_DIR: join(dir, 'cache'), GOPATH: join(dir, 'go') });

describe('finding nats-server', () => {
  it('passes over one on PATH that is too old for the store, as npm start does', () => {
    claiming('2.9.25', 'usr');
    const cached = claiming('2.15.2', 'cache', 'nats-server', '2.15.2');
    expect(findNatsServer(surroundings('usr'))).toBe(cached);
  });

  it('takes the first that is new enough', () => {
    claiming('2.15.0', 'second');
    expect(findNatsServer(surroundings('first', 'second', 'third'))).toBe(join(dir, 'second', 'nats-server'));
    const first = claiming('3.0.1', 'first');
    expect(findNatsServer(surroundings('first', 'second'))).toBe(first);
  });

  it('refuses a chosen one that is too old, or none, instead of taking another', () => {
    claiming('2.15.0', 'usr');
    const old = claiming('2.14.9', 'old');
    for (const chosen of [old, join(dir, 'nowhere')]) expect(() => findNatsServer({ ...surroundings('usr'), KANADE_NATS_SERVER: chosen })).toThrow(/2\.15 or newer/);
  });

  it('says what to do when there is none', () => {
    claiming('2.9.25', 'usr');
    expect(() => findNatsServer(surroundings('usr'))).toThrow(/no nats-server 2\.15 or newer was found: run npm start/);
  });
});
