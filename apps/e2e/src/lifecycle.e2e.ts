import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointListSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { isAlive } from './program.ts';
import { until } from './until.ts';

let kanade: Installation;
beforeAll(async () => {
  kanade = await Installation.start();
});
afterAll(async () => {
  await kanade.discard();
});

const processesOf = (dataDir: string) =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(dataDir));

describe('npm start', () => {
  it('runs a first job for real and prints its output, where to sign in and what to try', () => {
    const said = kanade.said();
    expect(said).toContain(execFileSync('uname', ['-s'], { encoding: 'utf8' }).trim());
    expect(said).toContain(kanade.runtime.httpUrl);
    const password = readFileSync(join(kanade.dataDir, 'admin-password'), 'utf8').trim();
    expect(said).toContain(password);
    expect(said.match(/npx kanade/g)?.length).toBeGreaterThanOrEqual(3);
  });

  it('tells what runs in a file only its owner can read', () => {
    const { pids, agents } = kanade.runtime;
    expect(statSync(join(kanade.dataDir, 'runtime.json')).mode & 0o777).toBe(0o600);
    for (const pid of [pids.broker, pids.backend, ...pids.agents]) expect(isAlive(pid)).toBe(true);
    expect(agents.map((agent) => agent.pid)).toEqual(pids.agents);
  });

  it('runs the agent as its own launcher does, with the flags that keep it small', () => {
    const [pid] = kanade.runtime.pids.agents;
    expect(execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })).toMatch(/--max-semi-space-size=\d+ .*main\.cjs run --data-dir/);
  });

  it('refuses a second start beside the first and says who holds the data', async () => {
    const second = await kanade.launch().ended;
    expect(second.code).not.toBe(0);
    expect(second.stderr + second.stdout).toMatch(/pid \d+/);
  });

  it('signs the command line in, and names this machine as an endpoint', async () => {
    const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
    expect(items).toMatchObject([{ status: 'online', simulated: false, name: execFileSync('uname', ['-n'], { encoding: 'utf8' }).trim() }]);
  });

  it('refuses an address without TLS that is not loopback', async () => {
    const refused = await kanade.json(endpointListSchema, 'endpoint', 'list').then(() => kanade.cli('login', '--url', 'http://192.0.2.1:8080'));
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/plain http/);
  });

  it('starts a child again that died, on the same port, and says so', async () => {
    const { httpUrl } = kanade.runtime;
    const killed = kanade.kill('backend');
    await until('another backend', () => (kanade.runtime.pids.backend !== killed && isAlive(kanade.runtime.pids.backend)) || undefined);
    await until('its answer', async () => (await fetch(`${httpUrl}/health/ready`)).ok || undefined);
    expect(kanade.said()).toMatch(/backend.*(again|restart)/i);
  });

  it('leaves nothing behind after Ctrl-C, and is quickly back', async () => {
    const { pids } = kanade.runtime;
    const ended = await kanade.stop();
    expect(ended?.code).toBe(0);
    for (const pid of [pids.broker, pids.backend, ...pids.agents]) expect(isAlive(pid)).toBe(false);
    expect(processesOf(kanade.dataDir)).toEqual([]);
    await kanade.start();
    expect(kanade.said()).not.toContain(readFileSync(join(kanade.dataDir, 'admin-password'), 'utf8').trim());
    const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
    expect(items.length).toBe(1);
  });
});
