import { listEndpoints } from '@kanade/api-client';
import type { Say } from './say.ts';

/** Says so when endpoints of this machine's name are enrolled already, before it becomes another: it may be one of them, without its agent's data. */
export async function tellNamesakes(hostname: string, say: Say): Promise<void> {
  const { items } = await listEndpoints({ name: hostname, limit: 10 });
  if (items.length === 0) return;
  say(`${items.length === 1 ? 'an endpoint' : 'endpoints'} called ${hostname} ${items.length === 1 ? 'is' : 'are'} enrolled already (${items.map(({ id }) => id).join(', ')}), and this data directory has no agent: this machine is enrolled as another one.`);
  say('commands must then name them by id. If it is the same machine, after a restore: stop, move the old agents/ into this data directory (docs/operations.md), start again');
}
