import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { getReadModel, rebuildReadModel } from '@kanade/api-client';
import { createServerKeys } from '@kanade/messaging';
import { startTestBroker } from '@kanade/messaging/testing';
import { quantile } from '../report.ts';
import type { Measurement } from '../report.ts';
import { startBenchBackend } from './bench-backend.ts';
import { storeFleet } from './fleet.ts';
import { consoleQueries, timeQuery } from './queries.ts';

/** Has the read model built anew, asks everything in turns meanwhile, and tells how long it took; a request that fails ends the bench. */
async function measureRebuild(): Promise<Measurement[]> {
  const queries = await consoleQueries();
  const { number: before, position } = await getReadModel();
  const events = Number(position.split(':')[1]);
  const samples: number[] = [];
  const started = performance.now();
  await rebuildReadModel();
  while ((await getReadModel()).number === before) {
    for (const ask of Object.values(queries)) samples.push(...(await timeQuery(ask, 1)));
    await sleep(50);
  }
  const seconds = (performance.now() - started) / 1000;
  const one = (name: string, unit: string, value: number): Measurement => ({ name, unit, median: value, samples: [] });
  return [
    one('events', '', events),
    one('rebuild', 's', seconds),
    one('rate', 'events/s', events / seconds),
    one('requests meanwhile, none of which failed', '', samples.length),
    one('p99 of them', 'ms', quantile(samples, 0.99)),
    one('slowest of them', 'ms', Math.max(...samples)),
  ];
}

/** The backend builds its read model anew beside the one that serves, while somebody looks at the console. */
export async function runRebuildSuite(args: readonly string[]): Promise<Measurement[]> {
  const { values } = parseArgs({ args: [...args], options: { runs: { type: 'string', default: '100000' }, endpoints: { type: 'string', default: '10000' } } });
  const broker = await startTestBroker({ maxFileBytes: 24 * 1024 ** 3 });
  try {
    createServerKeys(broker.keysDir);
    await storeFleet(broker, { runs: Number(values.runs), endpoints: Number(values.endpoints) });
    const backend = await startBenchBackend(broker);
    try {
      return await measureRebuild();
    } finally {
      await backend.stop();
    }
  } finally {
    await broker.stop();
  }
}
