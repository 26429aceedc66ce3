import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive } from './process-identity.ts';
import { until } from './stop-process.ts';
import { SupervisedChild, type ChildPlan } from './supervised-child.ts';

let dir: string;
let said: string[];
let child: SupervisedChild | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kanade-child-'));
  said = [];
});
afterEach(async () => {
  await child?.stop();
  child = undefined;
  rmSync(dir, { recursive: true });
});

const stays = 'console.log("up"); setInterval(() => {}, 1000);';

function supervise(script: string, plan: Partial<ChildPlan> = {}): SupervisedChild {
  child = new SupervisedChild(
    {
      name: 'the child',
      logFile: join(dir, 'child.log'),
      holdFile: join(dir, 'hold'),
      stopGraceMs: 2000,
      command: () => ({ file: process.execPath, args: ['-e', script], env: process.env }),
      ready: () => Promise.resolve(),
      ...plan,
    },
    { say: (line) => said.push(line), changed: () => undefined },
  );
  return child;
}

const pidOf = (running: SupervisedChild) => {
  if (running.lastPid === undefined) throw new Error('not started');
  return running.lastPid;
};

describe('a supervised child', () => {
  it('is started again when it dies, and somebody is told', async () => {
    const running = supervise(stays);
    await running.start();
    const first = pidOf(running);
    process.kill(first, 'SIGKILL');
    expect(await until(() => running.running && running.lastPid !== first, 10_000)).toBe(true);
    expect(said[0]).toMatch(/the child stopped \(signal SIGKILL\); starting it again in 0.5 s/);
    expect(await until(() => said.some((line) => line.startsWith('the child is back')), 30_000)).toBe(true);
  });

  it('waits longer after each of several quick deaths', async () => {
    const running = supervise('setTimeout(() => process.exit(3), 50);');
    await running.start();
    expect(await until(() => said.filter((line) => line.includes('stopped')).length >= 3, 15_000)).toBe(true);
    expect(said.filter((line) => line.includes('stopped')).slice(0, 3).map((line) => /in ([\d.]+) s/.exec(line)?.[1])).toEqual(['0.5', '1', '2']);
  });

  it('is started once nothing is in the way, and again when what it needs could not be made', async () => {
    let obstacle: string | undefined;
    let failures = 0;
    const running = supervise(stays, {
      obstacle: () => obstacle,
      command: () => {
        if (failures === 1) {
          failures = 2;
          throw new Error('no space left on device');
        }
        return { file: process.execPath, args: ['-e', stays], env: process.env };
      },
    });
    await running.start();
    const first = pidOf(running);
    failures = 1;
    obstacle = 'its disk is full';
    process.kill(first, 'SIGKILL');
    expect(await until(() => said.includes('the child is not started: its disk is full'), 30_000)).toBe(true);
    expect(running.running).toBe(false);
    obstacle = undefined;
    expect(await until(() => running.running && running.lastPid !== first, 30_000)).toBe(true);
    expect(said.some((line) => line.startsWith('the child stopped (no space left on device); starting it again'))).toBe(true);
  });

  it('is left down while the hold file exists', async () => {
    const running = supervise(stays);
    await running.start();
    const first = pidOf(running);
    writeFileSync(join(dir, 'hold'), '');
    process.kill(first, 'SIGKILL');
    expect(await until(() => said.some((line) => line.includes('is left down while')), 30_000)).toBe(true);
    expect(running.running).toBe(false);
    rmSync(join(dir, 'hold'));
    expect(await until(() => running.running && running.lastPid !== first, 30_000)).toBe(true);
  });

  it('that fails its first start is not tried again, and its last words are told', async () => {
    const running = supervise('console.error("no such luck"); process.exit(4);', { ready: () => new Promise(() => undefined) });
    const failure: unknown = await running.start().catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringMatching(/did not start \(exit code 4\)/), advice: expect.arrayContaining(['no such luck']) });
    expect(readFileSync(join(dir, 'child.log'), 'utf8')).toBe('no such luck\n');
  });

  it('takes what it started with it, even when it will not listen', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); const { spawn } = require('node:child_process');
      const inner = spawn(process.execPath, ['-e', ${JSON.stringify(stays)}]); console.log(String(inner.pid)); setInterval(() => {}, 1000);`;
    let inner = 0;
    const running = supervise(stubborn, { stopGraceMs: 300, onLine: (line) => (inner = Number(line)) });
    await running.start();
    expect(await until(() => inner > 0, 30_000)).toBe(true);
    const outer = pidOf(running);
    await running.stop();
    expect(isAlive(outer)).toBe(false);
    expect(await until(() => !isAlive(inner), 30_000)).toBe(true);
  });

  it('that is stopped while it starts does not keep anybody waiting', async () => {
    const running = supervise(stays, { ready: (_pid, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))) });
    const started = running.start().catch((error: unknown) => error);
    await running.stop();
    expect(await started).toMatchObject({ message: 'the child was stopped' });
  });

  it('reads its standard input from the plan', async () => {
    let line = '';
    const running = supervise('process.stdin.on("data", (d) => console.log("got " + d)); setInterval(() => {}, 1000);', {
      command: () => ({ file: process.execPath, args: ['-e', 'process.stdin.on("data", (d) => console.log("got " + d)); setInterval(() => {}, 1000);'], env: process.env, input: 'secret' }),
      onLine: (each) => (line = each),
    });
    await running.start();
    expect(await until(() => line === 'got secret', 30_000)).toBe(true);
  });
});
