import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError, cancelExecution, createExecution, getExecution } from '@kanade/api-client';
import { seedsOf } from './random-kills/chance.ts';
import { persistently, untilWell } from './random-kills/load.ts';
import { readRecord } from './random-kills/record.ts';
import { readTables } from './random-kills/tables.ts';
import { Crew } from './two-backends/crew.ts';
import { Pair } from './two-backends/pair.ts';
import { planOf } from './two-backends/plan.ts';
import type { Step } from './two-backends/plan.ts';
import { QueueWatch } from './two-backends/queue.ts';
import { judge, latestFor } from './two-backends/verdict.ts';
import type { Asked } from './two-backends/verdict.ts';
import { until } from './until.ts';

const seeds = seedsOf('KANADE_LEADER_SEEDS', '1');
const tell = (text: string) => process.stdout.write(`${text}\n`);

let pair: Pair;
let queue: QueueWatch;
let crew: Crew;
beforeAll(async () => {
  pair = await Pair.start();
  queue = await QueueWatch.start(pair.broker);
  pair.useAny();
  crew = await Crew.enrol();
  for (const well of await pair.each(untilWell)) expect(well.status).toBe('ok');
});
afterAll(async () => {
  await crew.close();
  await queue.stop();
  await pair.stop();
});

/** Starts an execution, with whichever backend answers; the idempotency key makes it one. */
async function ask({ on, expiresInSeconds, cancelAfterMs }: Extract<Step, { kind: 'run' }>): Promise<Asked> {
  const headers = { 'Idempotency-Key': crypto.randomUUID() };
  const ids = (on === 'everyone' ? crew.all : crew.answering).map(({ endpointId }) => endpointId);
  const what = { kind: 'script' as const, execute: { shell: 'sh' as const, script: 'true', timeout: '60s', runAs: 'system' as const, env: {}, arguments: [] } };
  const { executionId } = await persistently('an execution to be taken', (signal) => {
    pair.useAny();
    return createExecution({ targets: { kind: 'endpoints', ids }, what, expiresIn: `${expiresInSeconds}s`, supersede: false }, { headers, signal });
  });
  if (cancelAfterMs === null) return { executionId, cancelled: false };
  await pause(cancelAfterMs);
  await persistently('an execution to be cancelled', async (signal) => {
    pair.useAny();
    await cancelExecution(executionId, {}, { signal }).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 'execution-ended') throw error;
    });
    return true;
  });
  return { executionId, cancelled: true };
}

/** Does what the seed says, and waits until both are back and all that was asked for has ended. */
async function play(seed: number): Promise<Asked[]> {
  const asking: Promise<Asked>[] = [];
  for (const step of planOf(seed)) {
    if (step.kind === 'pause') await pause(step.ms);
    else if (step.kind === 'kill') await pair.killLeader(step.downMs);
    else asking.push(ask(step));
  }
  const asked = await Promise.all(asking);
  await pair.whole();
  for (const { executionId } of asked) {
    const ended = async () => {
      pair.useAny();
      return (await getExecution(executionId)).state !== 'running' || undefined;
    };
    await until(`${executionId} to end`, ended, 120_000);
  }
  await crew.done();
  return asked;
}

const sequenceOf = (position: string) => Number(position.split(':')[1]);

/** Both have folded all there is, and show the same. */
async function tablesOfBoth() {
  const { lastSequence } = await readRecord({ natsUrl: pair.broker.url, natsAdminCreds: pair.broker.adminCreds });
  return pair.each(async () => {
    await until('everything to be folded', async () => sequenceOf((await untilWell()).position) >= lastSequence || undefined);
    const { events, ...tables } = await readTables();
    // The record goes on by itself, one of the two is asked a moment later.
    return { ...tables, events: events.filter(({ position }) => sequenceOf(position) <= lastSequence) };
  });
}

describe('two backends, the one that leads killed', () => {
  it.each(seeds)('seed %i: no command is sent twice, and no deadline missed', { timeout: 400_000 }, async (seed) => {
    const started = Date.now();
    const killsBefore = pair.kills.length;
    const asked = await play(seed);
    const record = await readRecord({ natsUrl: pair.broker.url, natsAdminCreds: pair.broker.adminCreds });
    const problems = [...record.breaks, ...crew.twice(), ...[...queue.stored].filter(([, count]) => count > 1).map(([command, count]) => `${command} was stored ${count} times`)];
    for (const execution of asked) problems.push(...(await judge(execution, record, pair.kills)));
    const [one, other] = await tablesOfBoth();
    expect(one, `seed ${seed}: the two read models`).toEqual(other);
    tell(`seed ${seed}: ${problems.length === 0 ? 'ok' : 'FAILED'} (${asked.length} executions; the leader killed ${pair.kills.length - killsBefore} times; ${queue.stored.size} commands so far; ${((Date.now() - started) / 1000).toFixed(1)} s)`);
    expect(problems, `seed ${seed} (KANADE_LEADER_SEEDS=${seed} repeats it)`).toEqual([]);
  });

  it('give a deadline as long as a lease, and no longer', () => {
    expect(latestFor(100_000, [])).toBe(106_000);
    expect(latestFor(100_000, [50_000, 300_000])).toBe(106_000);
    expect(latestFor(100_000, [95_000])).toBe(119_000);
    expect(latestFor(100_000, [95_000, 112_000])).toBe(136_000);
  });
});
