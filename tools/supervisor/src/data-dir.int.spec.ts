import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDataVersion, dataFormat, openDataDir, refuseHalfRecovered } from './data-dir.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { recordChildren, stopLeftovers } from './leftovers.ts';
import { dataPaths, type DataPaths } from './paths.ts';
import { identifyProcess, isAlive, isRunning } from './process-identity.ts';
import { startOrphanGuard } from './orphan-guard.ts';
import { until } from './stop-process.ts';

let scratch: string;
let paths: DataPaths;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'kanade-data-'));
  paths = dataPaths(join(scratch, 'data'));
  openDataDir(paths);
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** A process of its own group that does nothing. */
function sleeper(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  child.unref();
  if (child.pid === undefined) throw new Error('not started');
  return child.pid;
}

describe('the data directory', () => {
  it('is private, also when it was there before', () => {
    chmodSync(paths.dataDir, 0o755);
    openDataDir(paths);
    expect(statSync(paths.dataDir).mode & 0o777).toBe(0o700);
  });

  it('of a newer kanade is refused with what to do', () => {
    checkDataVersion(paths, '0.1.0');
    expect(() => checkDataVersion(paths, '0.1.0')).not.toThrow();
    writeFileSync(paths.version, JSON.stringify({ format: dataFormat + 1, createdBy: '9.0.0' }));
    expect(() => checkDataVersion(paths, '0.1.0')).toThrow(/written by kanade 9.0.0, which is newer/);
  });

  it('cannot be a file', () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    expect(() => openDataDir(dataPaths(file))).toThrow(/is not a directory/);
  });
});

const lockScript = `
  import { lockDataDir } from ${JSON.stringify(join(import.meta.dirname, 'data-dir-lock.ts'))};
  import { dataPaths } from ${JSON.stringify(join(import.meta.dirname, 'paths.ts'))};
  lockDataDir(dataPaths(process.argv[1]), 'npm start');
  console.log('locked');
  setInterval(() => {}, 1000);
`;

describe('the lock', () => {
  it('says who holds it, and goes with its holder however that ends', async () => {
    const holder = spawn(process.execPath, ['--conditions=@kanade/source', '--input-type=module', '-e', lockScript, paths.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    expect(() => lockDataDir(paths, 'test')).toThrow(new RegExp(`is in use: npm start \\(pid ${String(holder.pid)}\\) since 20`));
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = lockDataDir(paths, 'test');
    expect(existsSync(paths.lockHolder)).toBe(true);
    lock.release();
    lockDataDir(paths, 'test').release();
    expect(existsSync(paths.lockHolder)).toBe(false);
    expect(statSync(paths.lock).mode & 0o777).toBe(0o600);
  });
});

describe('children without a supervisor', () => {
  it('are stopped by the next start, and processes that only have their ids are not', async () => {
    const [left, other] = [sleeper(), sleeper()];
    recordChildren(paths, [left]);
    const identity = identifyProcess(other);
    writeFileSync(paths.children, JSON.stringify([identifyProcess(left), { pid: other, startedAt: `${identity?.startedAt ?? ''}0` }]));
    expect(await stopLeftovers(paths)).toBe(1);
    // Its parent, this process, has yet to be told of its end.
    expect(await until(() => !isAlive(left), 5000)).toBe(true);
    expect(identity !== undefined && isRunning(identity)).toBe(true);
    process.kill(other, 'SIGKILL');
  });

  it('are stopped by the guard when its supervisor is killed, not when it is released', async () => {
    const pid = sleeper();
    const script = `
      import { startOrphanGuard } from ${JSON.stringify(join(import.meta.dirname, 'orphan-guard.ts'))};
      startOrphanGuard().watch([${pid}]);
      setInterval(() => {}, 1000);
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200);
    `;
    const supervisor = spawn(process.execPath, ['--conditions=@kanade/source', '--input-type=module', '-e', script], { stdio: 'inherit' });
    await once(supervisor, 'exit');
    expect(await until(() => !isAlive(pid), 5000)).toBe(true);

    const spared = sleeper();
    const guard = startOrphanGuard();
    guard.watch([spared]);
    guard.release();
    expect(await until(() => !isAlive(spared), 500)).toBe(false);
    process.kill(spared, 'SIGKILL');
  });
});

describe('a record that was being made anew', () => {
  it('is finished before anything starts on it', () => {
    refuseHalfRecovered(paths);
    writeFileSync(paths.recovery, '{}');
    expect(() => refuseHalfRecovered(paths)).toThrow(/recovery of the record was interrupted/);
  });
});
