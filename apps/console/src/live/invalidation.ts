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

interface Pace {
  /** How long is waited for what comes together: one result changes several things, and is told in several messages. */
  readonly gatherMs: number;
  /** How long an answer is left alone, at least and at most; in between, four times as long as it took to get. */
  readonly restMs: readonly [number, number];
}

const usualPace: Pace = { gatherMs: 10, restMs: [50, 300] };

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Has what changed fetched again: at once where nothing was fetched a moment ago, else after a rest, one request after the other. A busy fleet
 * changes faster than a list can be answered, and cutting a request short for the next change would show nothing at all.
 */
export class Invalidator {
  readonly #queries: QueryClient;
  readonly #pace: Pace;
  /** What is being fetched or rests, by its hash: whether it has changed again. */
  readonly #busy = new Map<string, boolean>();

  constructor(queries: QueryClient, pace = usualPace) {
    this.#queries = queries;
    this.#pace = pace;
  }

  add(keys: readonly QueryKey[]): void {
    for (const queryKey of keys) {
      // What nobody looks at is fetched when somebody does.
      void this.#queries.invalidateQueries({ queryKey, refetchType: 'none' });
      for (const { queryHash, queryKey: shown } of this.#queries.getQueryCache().findAll({ queryKey, type: 'active' })) {
        const isBusy = this.#busy.has(queryHash);
        this.#busy.set(queryHash, isBusy);
        if (!isBusy) void this.#fetch(queryHash, shown);
      }
    }
  }

  async #fetch(queryHash: string, queryKey: QueryKey): Promise<void> {
    const [least, most] = this.#pace.restMs;
    await after(this.#pace.gatherMs);
    do {
      this.#busy.set(queryHash, false);
      const asked = performance.now();
      await this.#queries.refetchQueries({ queryKey, exact: true, type: 'active' });
      await after(Math.min(most, Math.max(least, 4 * (performance.now() - asked))));
    } while (this.#busy.get(queryHash) === true);
    this.#busy.delete(queryHash);
  }
}
