import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { detachedSchema, endpointListSchema, eventListSchema, executionListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { isAlive } from './program.ts';
import { until } from './until.ts';

let kanade: Installation;
beforeAll(async () => {
  kanade = await Installation.start();
});
afterEach(() => {
  kanade.releaseHolds();
});
afterAll(async () => {
  await kanade.discard();
});

/** How often the history tells the end of a run: it must be once. */
async function finishedEvents(executionId: string): Promise<number> {
  const { items } = await kanade.json(eventListSchema, 'event', 'list', '--execution', executionId, '--type', 'kanade.run.finished.v1');
  return items.length;
}

async function isStarted(executionId: string): Promise<true | undefined> {
  const { runs } = await kanade.json(resultSchema, 'execution', 'show', executionId);
  return runs[0]?.state === 'started' || undefined;
}

/** Command lines of the scripts this installation's agent runs; other installations may be at work on the same machine. */
function runningScripts(): string[] {
  const lines = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(kanade.dataDir) && line.includes('agent-scripts'));
}

/** A script that prints, waits for a file of its own, and prints again; the file's path is told. */
function gatedScript(): { script: string; open: () => void } {
  const gate = join(kanade.dataDir, `gate-${crypto.randomUUID()}`);
  return { script: `echo before; while [ ! -e '${gate}' ]; do sleep 0.1; done; echo after`, open: () => execFileSync('touch', [gate]) };
}

describe('a run in whose middle a part is killed', () => {
  it('has its result once when the backend is killed', async () => {
    const { script, open } = gatedScript();
    const { executionId } = await kanade.json(detachedSchema, 'run', '--all', '--detach', '--', script);
    await until('it to have started', () => isStarted(executionId));
    const killed = kanade.kill('backend');
    open();
    await until('another backend', () => (kanade.runtime.pids.backend !== killed && isAlive(kanade.runtime.pids.backend)) || undefined);
    const watched = await until('the end', async () => {
      const ended = await kanade.cli('execution', 'watch', executionId);
      return ended.code === 0 ? ended : undefined;
    });
    expect(watched.stdout).toBe('before\nafter\n');
    expect(await finishedEvents(executionId)).toBe(1);
  });

  it('has its result once when the broker is killed and kept away', async () => {
    const { script, open } = gatedScript();
    const { executionId } = await kanade.json(detachedSchema, 'run', '--all', '--detach', '--', script);
    await until('it to have started', () => isStarted(executionId));
    const { natsUrl } = kanade.runtime;
    const release = kanade.hold('broker');
    const killed = kanade.kill('broker');
    open();
    await until('the script to have ended', () => runningScripts().length === 0 || undefined);
    expect(isAlive(killed)).toBe(false);
    release();
    await until('another broker', () => (kanade.runtime.pids.broker !== killed && isAlive(kanade.runtime.pids.broker)) || undefined);
    expect(kanade.runtime.natsUrl).toBe(natsUrl);
    const watched = await until('the end', async () => {
      const ended = await kanade.cli('execution', 'watch', executionId);
      return ended.code === 0 ? ended : undefined;
    });
    expect(watched.stdout).toBe('before\nafter\n');
    expect(await finishedEvents(executionId)).toBe(1);
  });

  it('is interrupted, its children gone, when the agent is killed', async () => {
    const mark = `e2e-orphan-${process.pid}`;
    const { executionId } = await kanade.json(detachedSchema, 'run', '--all', '--detach', '--', `setsid sh -c 'while :; do sleep 1; done' ${mark} & sh -c 'while :; do sleep 1; done' ${mark}`);
    const survivors = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(mark) && !line.startsWith('ps')).length;
    await until('its children', () => survivors() >= 2 || undefined);
    kanade.kill('agent');
    await until('its children to be gone', () => survivors() === 0 || undefined);
    const { runs } = await until('the verdict', async () => {
      const result = await kanade.json(resultSchema, 'execution', 'show', executionId);
      return result.runs[0]?.state === 'interrupted' ? result : undefined;
    });
    expect(runs[0]?.exitCode).toBeNull();
    expect(await finishedEvents(executionId)).toBe(1);
  });
});

describe('jobs for an endpoint that is away', () => {
  it('all run, in order, when it returns, but for the one withdrawn', async () => {
    const log = join(kanade.dataDir, 'order');
    const release = kanade.hold('agent');
    const killed = kanade.kill('agent');
    await until('the agent to be gone', () => !isAlive(killed) || undefined);
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4, 5, 6]) {
      ids.push((await kanade.json(detachedSchema, 'run', '--all', '--detach', '--', `echo ${n} >> '${log}'`)).executionId);
    }
    expect((await kanade.cli('execution', 'cancel', ids[2] ?? '')).code).toBe(0);
    release();
    for (const id of ids) await kanade.cli('execution', 'watch', id);
    const states = [];
    for (const id of ids) states.push((await kanade.json(resultSchema, 'execution', 'show', id)).runs[0]?.state);
    expect(states).toEqual(['succeeded', 'succeeded', 'cancelled', 'succeeded', 'succeeded', 'succeeded']);
    expect(execFileSync('cat', [log], { encoding: 'utf8' })).toBe('1\n2\n4\n5\n6\n');
  });

  it('end as expired when it does not return in time', async () => {
    const release = kanade.hold('agent');
    const killed = kanade.kill('agent');
    await until('the agent to be gone', () => !isAlive(killed) || undefined);
    const result = await kanade.json(resultSchema, 'run', '--all', '--expires', '2s', '--', 'echo late');
    expect(result.runs[0]?.state).toBe('expired');
    release();
    await until('the agent to be back', async () => {
      const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
      return items.every((endpoint) => endpoint.status === 'online') || undefined;
    });
    expect((await kanade.json(resultSchema, 'execution', 'show', result.executionId)).runs[0]?.stdout).toBe('');
  });
});

describe('a lost read model', () => {
  it('answers as before once it has been folded again', async () => {
    const answers = async () => {
      const executions = await kanade.json(executionListSchema, 'execution', 'list', '--limit', '500');
      const endpoints = await kanade.json(endpointListSchema, 'endpoint', 'list', '--limit', '500');
      return {
        executions: executions.items,
        endpoints: endpoints.items.map(({ lastSeenAt: _seen, status: _status, ...rest }) => rest),
      };
    };
    const before = await answers();
    expect(before.executions.length).toBeGreaterThan(5);
    await kanade.stop();
    const folder = join(kanade.dataDir, 'backend');
    const files = readdirSync(folder);
    expect(files.some((file) => file.includes('.sqlite'))).toBe(true);
    for (const file of files) rmSync(join(folder, file), { recursive: true });
    await kanade.start();
    // Starting runs the example job again, which is news and no difference.
    const after = await answers();
    const known = new Set(before.executions.map((execution) => execution.id));
    expect(after.executions.filter((execution) => known.has(execution.id))).toEqual(before.executions);
    expect(after.endpoints).toEqual(before.endpoints);
  });
});
