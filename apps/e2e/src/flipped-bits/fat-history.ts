import type { TestAgent } from '@kanade/messaging/testing';

/** A broker that may fill no more than this keeps its record in blocks of a quarter of the record's share: about 4 MiB. */
export const smallBrokerBytes = 48 * 1024 ** 2;

const inventories = 110;
const packagesEach = 900;

/** Some 100 kB. */
const packages = (round: number) =>
  Array.from({ length: packagesEach }, (_, index) => ({ name: `package-${index}-${'n'.repeat(40)}`, version: `${round}.${index}-${'v'.repeat(20)}`, architecture: 'x86_64', source: 'dpkg' }));

/** Has endpoints tell so much of their software, and small things in between, that the record of such a broker takes three blocks. */
export async function fillThreeBlocks(agents: readonly Pick<TestAgent, 'append'>[]): Promise<void> {
  for (let round = 0; round < inventories; round += 1) {
    for (const present of [packages(round), [], []]) await agents[round % agents.length]?.append('kanade.inventory.packages-changed.v1', { reset: true, present, removed: [] });
  }
}
