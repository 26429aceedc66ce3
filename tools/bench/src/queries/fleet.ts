import { loadServerKeys } from '@kanade/messaging';
import type { TestBroker } from '@kanade/messaging/testing';
import { publishAll } from '../bare/publish.ts';
import { makeHistory } from '../fold/history.ts';

/** How large a history is. */
export interface Fleet {
  readonly endpoints: number;
  readonly runs: number;
}

/** At once, as makeHistory holds everything in memory. */
export const runsAtOnce = 100_000;

/** Stores the history of a fleet whose runs have all ended, with what they printed. */
export async function storeFleet(broker: TestBroker, { endpoints, runs }: Fleet): Promise<void> {
  const { control } = loadServerKeys(broker.keysDir);
  for (let stored = 0; stored < runs; stored += runsAtOnce) {
    const rounds = Math.ceil(Math.min(runsAtOnce, runs - stored) / endpoints);
    await storeRounds(broker, makeHistory(control, endpoints, rounds));
    process.stderr.write(`stored ${Math.min(runs, stored + runsAtOnce)} runs\n`);
  }
}

/** Stores what makes a fleet, what its scripts printed, and how they ended. */
export async function storeRounds(broker: TestBroker, { setup, output, results }: ReturnType<typeof makeHistory>): Promise<void> {
  await publishAll(broker.url, broker.adminCreds, setup);
  await publishAll(broker.url, broker.adminCreds, output);
  await publishAll(broker.url, broker.adminCreds, results);
}
