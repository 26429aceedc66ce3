import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../testing/test-agent.spec-kit.ts';
import { dataDirAt, securePrivately } from './data-dir.ts';
import { lockDataDir } from './lock.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('the data directory', () => {
  test('is made for its owner alone', () => {
    const dataDir = dataDirAt(join(temporaryDirectory(), 'a', 'b'));
    securePrivately(dataDir);
    expect(modeOf(dataDir.root)).toBe(0o700);
  });

  test('that others could read is closed again, files too', () => {
    const dataDir = dataDirAt(temporaryDirectory());
    writeFileSync(dataDir.identity, '{}', { mode: 0o644 });
    chmodSync(dataDir.root, 0o755);
    securePrivately(dataDir);
    expect([modeOf(dataDir.root), modeOf(dataDir.identity)]).toEqual([0o700, 0o600]);
  });

  test('with a link in it is refused: it could lead anywhere', () => {
    const dataDir = dataDirAt(temporaryDirectory());
    symlinkSync('/etc/hostname', dataDir.identity);
    expect(() => securePrivately(dataDir)).toThrow(/identity.json is a symbolic link/);
  });

  test('belongs to one process at a time, and the second is told whose it is', () => {
    const dataDir = dataDirAt(temporaryDirectory());
    securePrivately(dataDir);
    const unlock = lockDataDir(dataDir);
    expect(() => lockDataDir(dataDir)).toThrow(new RegExp(`in use by another kanade-agent, process ${process.pid}, since`));
    expect(() => lockDataDir(dataDir)).toThrow(expect.objectContaining({ exitCode: 4 }));
    unlock();
    lockDataDir(dataDir)();
  });

  test('of an agent that died is free, though its note is still there', () => {
    const dataDir = dataDirAt(temporaryDirectory());
    mkdirSync(dataDir.root, { recursive: true });
    writeFileSync(dataDir.holder, JSON.stringify({ pid: 1, since: '2026-01-01T00:00:00.000Z' }));
    lockDataDir(dataDir)();
  });
});
