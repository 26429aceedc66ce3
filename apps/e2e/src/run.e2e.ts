import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detachedSchema, eventListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

let kanade: Installation;
beforeAll(async () => {
  kanade = await Installation.start();
});
afterAll(async () => {
  await kanade.discard();
});

/** Command lines of all processes that carry a mark, so that a survivor is found wherever it went. */
function processesWith(mark: string): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(mark) && !line.includes('ps -eo'));
}

describe('kanade run', () => {
  it('streams both outputs, reports the exit code and exits 1', async () => {
    const ended = await kanade.cli('run', '--all', '--', 'uname -a; echo err >&2; exit 3');
    expect(ended.stdout).toBe(execFileSync('uname', ['-a'], { encoding: 'utf8' }));
    expect(ended.stderr).toMatch(/^err$/m);
    expect(ended.stderr).toMatch(/failed with exit code 3/);
    expect(ended.code).toBe(1);
  });

  it('exits 0 when every run succeeded', async () => {
    const ended = await kanade.cli('run', '--all', '--', 'echo hello');
    expect(ended).toMatchObject({ code: 0, stdout: 'hello\n' });
  });

  it('shows output before the script has ended', async () => {
    const running = kanade.startCli('run', '--all', '--', 'echo first; while [ ! -e go ]; do sleep 0.1; done; echo second');
    await until('the first line', () => running.said().includes('first') || undefined);
    expect(running.said()).not.toContain('second');
    const [agent] = kanade.runtime.agents;
    const find = ['-path', '*agent-scripts/*', '-type', 'd'];
    const staging = await until('the staging folder', () => {
      const found = execFileSync('find', [agent?.dataDir ?? '', ...find], { encoding: 'utf8' }).trim();
      return found === '' ? undefined : found.split('\n')[0];
    });
    execFileSync('touch', [`${staging}/go`]);
    expect((await running.ended).stdout).toBe('first\nsecond\n');
  });

  it('keeps every byte of 10 MB', async () => {
    const script = "i=0; while [ $i -lt 160 ]; do head -c 65536 /dev/zero | tr '\\0' x; i=$((i+1)); done";
    const ended = await kanade.cli('run', '--all', '--', script);
    expect(ended.code).toBe(0);
    expect(ended.stdout.length).toBe(10 * 1024 * 1024);
    expect(ended.stdout).toMatch(/^x+$/);
  });

  it('cuts JSON at 64 KiB and gives the rest as bytes', async () => {
    const result = await kanade.json(resultSchema, 'run', '--all', '--', "head -c 200000 /dev/zero | tr '\\0' y");
    const [run] = result.runs;
    expect(run).toMatchObject({ state: 'succeeded', stdoutBytes: 200_000, truncated: true });
    expect(run?.stdout.length).toBe(65_536);
    const whole = await kanade.cli('execution', 'output', run?.runId ?? '');
    expect(whole.stdout.length).toBe(200_000);
  });

  it('stops one that never ends, and what it started', async () => {
    const mark = `e2e-endless-${process.pid}`;
    const result = await kanade.json(resultSchema, 'run', '--all', '--timeout', '1s', '--', `echo begun; sh -c 'while :; do sleep 1; done' ${mark}`);
    expect(result.runs[0]).toMatchObject({ state: 'timed-out', stdout: 'begun\n' });
    expect(processesWith(mark)).toEqual([]);
  });

  it('leaves no setsid grandchild behind', async () => {
    const mark = `e2e-setsid-${process.pid}`;
    const result = await kanade.json(resultSchema, 'run', '--all', '--', `setsid sh -c 'while :; do sleep 1; done' ${mark} & echo done`);
    expect(result.runs[0]).toMatchObject({ state: 'succeeded', stdout: 'done\n' });
    await until('the grandchild to be gone', () => processesWith(mark).length === 0 || undefined);
  });

  it('skips a shell the machine does not have, with the reason', async () => {
    const result = await kanade.cli('run', '--all', '--shell', 'cmd', '--', 'dir');
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/skipped.*cmd/);
  });

  it('never pretends to run as a user', async () => {
    const result = await kanade.json(resultSchema, 'run', '--all', '--run-as', 'user', '--', 'id');
    expect(result.runs[0]).toMatchObject({ state: 'refused', stdout: '' });
  });

  it('is followed by event tail, each event once', async () => {
    const tail = kanade.startCli('event', 'tail', '--type', 'kanade.run.finished.v1');
    const lines = () => tail.said().split('\n').filter((line) => line.includes('kanade.run.finished.v1'));
    const ended = async () => kanade.json(eventListSchema, 'event', 'list', '--type', 'kanade.run.finished.v1', '--limit', '500');
    const before = (await ended()).items.length;
    await until('the tail to be listening', async () => {
      await kanade.cli('run', '--all', '--', 'true');
      return lines().length > 0 || undefined;
    });
    await kanade.cli('run', '--all', '--', 'true');
    const all = (await ended()).items;
    await until('the last one', () => (lines().at(-1) ?? '').startsWith(all[0]?.position ?? 'no position') || undefined);
    expect(new Set(lines()).size).toBe(lines().length);
    expect(lines().length).toBeLessThanOrEqual(all.length - before);
    tail.process.kill('SIGINT');
    expect((await tail.ended).code).toBe(0);
  });

  it('cancels a running script', async () => {
    const mark = `e2e-cancel-${process.pid}`;
    const { executionId } = await kanade.json(detachedSchema, 'run', '--all', '--detach', '--', `sh -c 'while :; do sleep 1; done' ${mark}`);
    await until('the script to run', () => processesWith(mark).length > 0 || undefined);
    expect((await kanade.cli('execution', 'cancel', executionId)).code).toBe(0);
    expect((await kanade.cli('execution', 'watch', executionId)).code).toBe(1);
    expect((await kanade.json(resultSchema, 'execution', 'show', executionId)).runs[0]?.state).toBe('cancelled');
    await until('it to be gone', () => processesWith(mark).length === 0 || undefined);
  });

  it.each([
    [['run', '--', 'ls'], /No target/],
    [['run', '--all'], /No script/],
    [['run', '--endpoint', 'nobody', '--', 'ls'], /no endpoint called "nobody"/],
    [['run', '--all', '--timeout', 'soon', '--', 'ls'], /timeout.*duration/],
    [['run', '--all', '--nonsense', '--', 'ls'], /nonsense/i],
  ])('%j is a usage error', async (args, message) => {
    const ended = await kanade.cli(...args);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(2);
  });

  it('stages scripts where nobody else can read them and shows no script in the process list', async () => {
    const file = join(kanade.dataDir, 'secret.sh');
    writeFileSync(file, 'stat -c %a "$0" "$(dirname "$0")"; ps -eo args | grep -c e2e-sec[r]et-word; true # e2e-secret-word\n');
    const result = await kanade.json(resultSchema, 'run', '--all', '--file', file);
    expect(result.runs[0]?.stdout).toMatch(/^[4-7]00\n700\n0\n$/);
  });

  it('gives a script nothing of the agent’s environment', async () => {
    const result = await kanade.json(resultSchema, 'run', '--all', '--env', 'GIVEN=yes', '--', 'env');
    const names = (result.runs[0]?.stdout ?? '').split('\n').map((line) => line.split('=')[0] ?? '');
    expect(names).toContain('GIVEN');
    expect(names.filter((name) => /^(KANADE_(DATA|NATS|HTTP)|NODE_|npm_)/.test(name))).toEqual([]);
  });

  it('keeps its private files private', () => {
    const { agents, natsAdminCreds } = kanade.runtime;
    const files = [natsAdminCreds, `${kanade.dataDir}/runtime.json`, `${kanade.dataDir}/admin-password`, `${kanade.dataDir}/profiles/local.json`, ...agents.map((agent) => agent.natsCreds)];
    for (const file of files) {
      expect(execFileSync('stat', ['-c', '%a', file], { encoding: 'utf8' }).trim(), file).toBe('600');
      expect(readFileSync(file, 'utf8').length).toBeGreaterThan(0);
    }
  });
});
