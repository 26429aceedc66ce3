import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { LiveMessage } from '../api/types.ts';

const changedKeys = {
  endpoint: (id) => [['endpoints', 'list'], ['endpoints', 'detail', id], ['endpoints', 'packages', id], ['endpoints', 'all'], ['overview'], ['sites']],
  job: (id) => [['jobs', 'list'], ['jobs', 'detail', id]],
  execution: (id) => [['executions', 'list'], ['executions', 'detail', id], ['runs'], ['overview']],
  event: () => [['events', 'list'], ['audit']],
  account: () => [['accounts']],
  secret: () => [],
  site: () => [['sites']],
} satisfies Record<string, (id: string) => QueryKey[]>;

/** Which cached answers a live message makes out of date. */
export function keysOf(message: LiveMessage): QueryKey[] {
  switch (message.type) {
    case 'changed':
      return changedKeys[message.kind](message.id);
    case 'run':
      return [['runs', 'list'], ['runs', 'detail', message.runId], ...changedKeys.execution(message.executionId).filter(([kind]) => kind !== 'runs')];
    case 'presence':
      return [['endpoints', 'list'], ['endpoints', 'detail', message.endpointId], ['overview']];
    case 'rebuilt':
      // Whatever is shown was read in a read model that answers no more.
      return [[]];
    case 'subscribed':
    case 'error':
    case 'output':
    case 'performance':
      return [];
  }
}

/**
 * Collects what changed and has it fetched again, one round after the other: a busy fleet changes faster than a list can
 * be answered, and cutting a request short for the next change would show nothing at all.
 */
export class Invalidator {
  readonly #queries: QueryClient;
  readonly #pauseMs: number;
  readonly #pending = new Map<string, QueryKey>();
  #running = false;

  constructor(queries: QueryClient, pauseMs = 300) {
    this.#queries = queries;
    this.#pauseMs = pauseMs;
  }

  add(keys: readonly QueryKey[]): void {
    for (const key of keys) this.#pending.set(JSON.stringify(key), key);
    if (this.#running || this.#pending.size === 0) return;
    this.#running = true;
    void this.#run().finally(() => {
      this.#running = false;
    });
  }

  async #run(): Promise<void> {
    while (this.#pending.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
      const keys = [...this.#pending.values()];
      this.#pending.clear();
      await Promise.all(keys.map((queryKey) => this.#queries.invalidateQueries({ queryKey })));
    }
  }
}
