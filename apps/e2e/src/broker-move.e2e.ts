import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { Forwarder } from './steady-load/forwarder.ts';
import { SteadyLoad } from './steady-load/load.ts';
import { until } from './until.ts';

const movesSchema = z.object({ items: z.array(z.object({ endpointId: z.string(), state: z.string(), reason: z.string().nullable() })), counts: z.record(z.string(), z.number()) });
const endpoints = 50;

let kanade: Installation;
let forwarder: Forwarder;
beforeAll(async () => {
  kanade = await Installation.start({ endpoints });
  forwarder = await Forwarder.to(kanade.runtime.natsUrl);
});
afterAll(async () => {
  await kanade.discard();
});

const moves = () => kanade.json(movesSchema, 'broker', 'moves', '--limit', '100');

describe('a fleet that is moved to another address of the broker', () => {
  it('stays where it is while nothing answers there, and says so', async () => {
    const endpointId = kanade.runtime.agents[0]?.endpointId ?? '';
    expect((await kanade.cli('broker', 'move', 'nats://127.0.0.1:1', '--endpoint', endpointId)).code).toBe(0);
    const trying = await until('it to say so', async () => (await moves()).items.find(({ state }) => state === 'trying'));
    expect(trying.reason).toContain('the old one stays');
    const { runs } = await kanade.json(resultSchema, 'run', '-e', endpointId, '--', 'echo still here');
    expect(runs).toMatchObject([{ endpointId: trying.endpointId, stdout: 'still here\n' }]);
  });

  it('goes there as a whole while it works, and loses nothing', async () => {
    const load = new SteadyLoad(kanade);
    load.start();
    await until('some work', () => load.executions.length > 1 || undefined);
    const ordered = await kanade.cli('broker', 'move', forwarder.url);
    expect(ordered.code, ordered.stderr).toBe(0);
    await until('all to have moved', async () => (await moves()).counts['moved'] === endpoints + 1 || undefined, 120_000);
    await until('all to be connected there', () => forwarder.connections === endpoints + 1 || undefined);
    const had = load.executions.length;
    await until('work to go on there', () => load.executions.length > had + 1 || undefined);
    await load.stop();
    expect(await load.problems(endpoints + 1)).toEqual([]);
  });

  it('comes back by the old way when the new one is gone', async () => {
    const endpointId = kanade.runtime.agents[0]?.endpointId ?? '';
    await forwarder.close();
    const { runs } = await kanade.json(resultSchema, 'run', '--all', '--', 'echo back');
    expect(runs).toHaveLength(endpoints + 1);
    expect(runs.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    expect(runs.find((run) => run.endpointId === endpointId)?.stdout).toBe('back\n');
  });
});
