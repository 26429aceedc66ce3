import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { subjects } from '@kanade/contracts';
import { connectCore, openEventLog } from '@kanade/messaging';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { eventListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const archiveSchema = z.object({ incarnation: z.string(), ranges: z.array(z.object({ first: z.number(), last: z.number() })) });
const summarySchema = z.object({
  incarnation: z.string(),
  needed: z.boolean(),
  kept: z.number(),
  lost: z.object({ first: z.number(), last: z.number() }).nullable(),
  recovered: z.string().nullable(),
});
const statusSchema = z.object({ number: z.number(), rebuild: z.unknown(), poison: z.object({ count: z.number() }) });
const verifySchema = z.object({ ok: z.boolean(), defects: z.array(z.unknown()) });

let kanade: Installation;
beforeAll(async () => {
  kanade = await Installation.start();
});
afterAll(() => kanade.discard());

const finished = async () => (await kanade.json(eventListSchema, 'event', 'list', '--limit', '500', '--type', 'kanade.run.finished.v1')).items;
const run = async (text: string) => kanade.json(resultSchema, 'run', '--all', '--', `echo ${text}`);
const show = async (executionId: string) => ({ ...(await kanade.json(resultSchema, 'execution', 'show', executionId)), position: '' });
const archive = () => kanade.json(archiveSchema, 'event', 'archive', 'list');

/** What the record has by now, as far as it is archived. */
async function archivedAll(): Promise<{ readonly incarnation: string; readonly last: number }> {
  const core = await connectCore({ url: kanade.runtime.natsUrl, credsFile: kanade.runtime.natsAdminCreds, name: 'onlooker' });
  try {
    const log = await openEventLog(core);
    return await until('the archive to have everything', async () => {
      const { incarnation, ranges } = await archive();
      const last = await log.lastSequence();
      return ranges.at(-1)?.last === last ? { incarnation, last } : undefined;
    });
  } finally {
    await core.close();
  }
}

it('a broker that lost every event, with an archive that lost its end: what is kept is gone on from, and endpoints tell again what they still know', async () => {
  const first = await run('first');
  const before = await archivedAll();
  const copy = join(kanade.dataDir, '..', 'archive-before');
  cpSync(join(kanade.dataDir, 'archive'), copy, { recursive: true });
  const last = await run('last');
  const { last: end } = await archivedAll();
  await kanade.stop();
  rmSync(join(kanade.dataDir, 'archive'), { recursive: true });
  cpSync(copy, join(kanade.dataDir, 'archive'), { recursive: true });
  const blocks = readdirSync(join(kanade.dataDir, 'broker'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('KANADE_EVENTS') && name.endsWith('.blk'));
  expect(blocks).not.toEqual([]);
  for (const block of blocks) rmSync(join(kanade.dataDir, 'broker', block));

  const expected = { incarnation: before.incarnation, needed: true, kept: before.last };
  const seen = await kanade.json(summarySchema, 'event', 'recover', '--dry-run');
  expect(seen).toMatchObject({ ...expected, lost: { first: before.last + 1 }, recovered: null });
  expect(seen.lost?.last).toBeGreaterThanOrEqual(end);
  const { recovered } = await kanade.json(summarySchema, 'event', 'recover');
  expect(recovered).toMatch(/^[0-9a-f]{8}$/);

  await kanade.start();
  await until('the end of the last run to have been told again', async () => (await finished()).some(({ executionId }) => executionId === last.executionId) || undefined);
  const ends = (await finished()).map(({ executionId }) => executionId);
  for (const { executionId } of [first, last]) expect(ends.filter((id) => id === executionId)).toHaveLength(1);
  expect(await show(first.executionId)).toEqual({ ...first, position: '' });
  expect((await run('on')).runs).toMatchObject([{ state: 'succeeded', stdout: 'on\n' }]);
  const { incarnation, last: now } = await archivedAll();
  expect([incarnation, now > before.last]).toEqual([recovered, true]);
  const unknown = await kanade.cli('event', 'show', `${before.incarnation}:1`);
  expect(unknown.stderr).toContain('history');
});

it('the tables are those of a fold from zero, the chain of the endpoint is whole, and the record is sound', async () => {
  const ends = await finished();
  const { number } = await kanade.json(statusSchema, 'read-model', 'status');
  expect((await kanade.cli('read-model', 'rebuild')).code).toBe(0);
  await until('the new read model', async () => {
    const status = await kanade.json(statusSchema, 'read-model', 'status');
    return status.rebuild === null && status.number > number ? true : undefined;
  });
  expect(await finished()).toEqual(ends);
  expect(await kanade.json(statusSchema, 'read-model', 'status')).toMatchObject({ poison: { count: 0 } });
  const core = await connectCore({ url: kanade.runtime.natsUrl, credsFile: kanade.runtime.natsAdminCreds, name: 'onlooker' });
  const endpointId = kanade.runtime.agents[0]?.endpointId ?? '';
  const own = await (await openEventLog(core)).readSubject(subjects.endpointEvents(endpointId));
  await core.close();
  expect(new Set(own.map(({ headers }) => headers['Kanade-Epoch']))).toEqual(new Set(['1']));
  expect(await kanade.json(verifySchema, 'event', 'verify', '--forget')).toMatchObject({ ok: true, defects: [] });
  expect((await kanade.cli('event', 'archive', 'verify')).stdout).toContain('sound');
});
