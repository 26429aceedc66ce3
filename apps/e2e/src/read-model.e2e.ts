import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { isAlive } from './program.ts';
import { until } from './until.ts';

const statusSchema = z.object({ number: z.number(), rebuild: z.object({ eventsDone: z.number() }).nullable(), poison: z.object({ count: z.number() }) });
const startedSchema = z.object({ position: z.string() });

let kanade: Installation;
beforeAll(async () => {
  kanade = await Installation.start();
});
afterAll(() => kanade.discard());

const ready = () => until('a backend that answers', async () => ((await kanade.cli('read-model', 'status')).code === 0 ? true : undefined));
const status = () => kanade.json(statusSchema, 'read-model', 'status');

it('a read model that is being built when the backend is killed takes its place after all, and commands are sent once', async () => {
  const { executionId } = await kanade.json(resultSchema, 'run', '--all', '--', 'echo before');
  await kanade.json(startedSchema, 'read-model', 'rebuild');
  const killed = kanade.kill('backend');
  await until('another backend', () => (kanade.runtime.pids.backend !== killed && isAlive(kanade.runtime.pids.backend)) || undefined);
  await ready();
  await until('the new read model', async () => {
    const { number, rebuild } = await status();
    return number === 2 && rebuild === null ? true : undefined;
  });
  const { runs } = await kanade.json(resultSchema, 'execution', 'show', executionId);
  expect(runs).toMatchObject([{ state: 'succeeded', stdout: 'before\n' }]);
  const events = await kanade.cli('event', 'list', '--execution', executionId, '--type', 'kanade.execution.dispatched.v1', '--json');
  expect(JSON.parse(events.stdout)).toMatchObject({ items: [{ type: 'kanade.execution.dispatched.v1' }] });
  expect((await kanade.json(resultSchema, 'run', '--all', '--', 'echo after')).runs).toMatchObject([{ state: 'succeeded' }]);
});

it('there is nothing to retry on a healthy installation, which is said', async () => {
  expect((await kanade.cli('read-model', 'poison', 'list')).stdout).toContain('POSITION');
  const refused = await kanade.cli('read-model', 'poison', 'retry');
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('There is no poison');
  expect((await kanade.cli('read-model', 'status')).stdout).toContain('Nothing is being built beside it.');
});
