import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpointListSchema, eventListSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { SteadyLoad } from './steady-load/load.ts';
import { until } from './until.ts';

const keysSchema = z.object({ items: z.array(z.object({ use: z.string(), id: z.string(), earlier: z.array(z.unknown()) })) });
const endpoints = 10;

let kanade: Installation;
beforeAll(async () => {
  kanade = await Installation.start({ endpoints });
});
afterAll(async () => {
  await kanade.discard();
});

async function untilAllOnline(): Promise<void> {
  await until('every endpoint to be online', async () => {
    const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
    return (items.length === endpoints + 1 && items.every(({ status }) => status === 'online')) || undefined;
  }, 120_000);
}

describe('keys that are replaced while endpoints work', () => {
  it('lose nothing, whichever key it is, and each is another one afterwards', async () => {
    const before = await kanade.json(keysSchema, 'key', 'list');
    const load = new SteadyLoad(kanade);
    load.start();
    for (const { use } of before.items) {
      const had = load.executions.length;
      const rotated = await kanade.cli('key', 'rotate', use);
      expect(rotated.code, rotated.stderr).toBe(0);
      await until(`work to go on after the rotation of ${use}`, () => load.executions.length > had || undefined);
    }
    await load.stop();
    expect(await load.problems(endpoints + 1)).toEqual([]);
    const after = await kanade.json(keysSchema, 'key', 'list');
    expect(after.items.filter(({ id }) => before.items.some((old) => old.id === id))).toEqual([]);
    const told = await kanade.json(eventListSchema, 'event', 'list', '--type', 'kanade.key.rotated.v1', '--limit', '50');
    expect(told.items).toHaveLength(before.items.length);
    await untilAllOnline();
  });

  it('end at once where somebody says so: every endpoint comes back with new credentials by itself', async () => {
    const both = await kanade.cli('key', 'rotate', 'signing-agent', 'signing-renew', '--at-once');
    expect(both).toMatchObject({ code: 1, stderr: expect.stringContaining('enrolled anew') });
    const ended = await kanade.json(keysSchema, 'key', 'rotate', 'signing-agent', '--at-once');
    expect(ended.items).toMatchObject([{ use: 'signing-agent', earlier: [] }]);
    await untilAllOnline();
    const load = new SteadyLoad(kanade);
    load.start();
    await until('some work', () => load.executions.length > 1 || undefined);
    await load.stop();
    expect(await load.problems(endpoints + 1)).toEqual([]);
  });
});
