import { parseArgs } from 'node:util';
import { getStatus, readAsOf } from '@kanade/api-client';
import { createServerKeys, loadServerKeys } from '@kanade/messaging';
import { startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { makeHistory } from '../fold/history.ts';
import { quantile } from '../report.ts';
import type { Measurement } from '../report.ts';
import { startBenchBackend } from './bench-backend.ts';
import { runsAtOnce, storeFleet, storeRounds } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import { consoleQueries, lookBack, timeQuery } from './queries.ts';
import type { Queries } from './queries.ts';

interface Plan extends Fleet {
  /** Requests of each query. */
  readonly requests: number;
}

interface Times {
  readonly idle: number[];
  readonly past: number[];
  readonly folding: number[];
}

async function measureIdle(queries: Queries, requests: number): Promise<Map<string, Times>> {
  const { position } = await getStatus();
  const [incarnation = '', last = '0'] = position.split(':');
  const all = new Map<string, Times>();
  for (const [name, ask] of Object.entries(queries)) {
    readAsOf(undefined);
    await timeQuery(ask, 20);
    const idle = await timeQuery(ask, requests);
    // What was not there yet at a moment is answered as such, and counts too.
    const past = await timeQuery(() => ask().catch(() => undefined), requests, () => lookBack(incarnation, Number(last)));
    all.set(name, { idle, past, folding: [] });
  }
  readAsOf(undefined);
  return all;
}

/** Asks everything in turns for as long as the backend has more to fold than it can. */
async function measureFolding(broker: TestBroker, queries: Queries, times: Map<string, Times>, plan: Plan): Promise<void> {
  const { control } = loadServerKeys(broker.keysDir);
  const history = makeHistory(control, plan.endpoints, Math.max(1, Math.ceil(Math.min(plan.runs, runsAtOnce) / plan.endpoints)));
  const progress: { storing: boolean } = { storing: true };
  const stored = storeRounds(broker, history).finally(() => {
    progress.storing = false;
  });
  while (progress.storing) {
    for (const [name, ask] of Object.entries(queries)) times.get(name)?.folding.push(...(await timeQuery(ask, 1)));
  }
  await stored;
}

const measurement = (name: string, value: number): Measurement => ({ name, unit: name.endsWith('ratio') ? '' : 'ms', median: value, samples: [] });
const p99 = (samples: readonly number[]): number => quantile(samples, 0.99);

function summarise(times: Map<string, Times>): Measurement[] {
  const each = [...times].flatMap(([name, { idle, past, folding }]) => [
    measurement(`${name}: p99`, p99(idle)),
    measurement(`${name}: p99 of the past`, p99(past)),
    measurement(`${name}: p99 while folding`, p99(folding)),
  ]);
  const all = [...times.values()];
  const whole = { idle: p99(all.flatMap(({ idle }) => idle)), past: p99(all.flatMap(({ past }) => past)), folding: p99(all.flatMap(({ folding }) => folding)) };
  return [
    ...each,
    measurement('all: p99', whole.idle),
    measurement('all: p99 of the past', whole.past),
    measurement('all: past to present, ratio', whole.past / whole.idle),
    measurement('all: p99 while folding', whole.folding),
    measurement('all: folding to idle, ratio', whole.folding / whole.idle),
    measurement('all: slowest while folding', Math.max(...all.flatMap(({ folding }) => folding))),
  ];
}

/** The console's lists and details over HTTP: idle, as of random moments, and while the backend folds as fast as it can. */
export async function runQueriesSuite(args: readonly string[]): Promise<Measurement[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string', default: '100000' }, endpoints: { type: 'string', default: '10000' }, requests: { type: 'string', default: '200' } },
  });
  const plan = { runs: Number(values.runs), endpoints: Number(values.endpoints), requests: Number(values.requests) };
  const broker = await startTestBroker({ maxFileBytes: 24 * 1024 ** 3 });
  try {
    createServerKeys(broker.keysDir);
    await storeFleet(broker, plan);
    const backend = await startBenchBackend(broker);
    try {
      const queries = await consoleQueries();
      const times = await measureIdle(queries, plan.requests);
      await measureFolding(broker, queries, times, plan);
      return summarise(times);
    } finally {
      await backend.stop();
    }
  } finally {
    await broker.stop();
  }
}
