import { listEndpoints, listEvents, listExecutionResults, listExecutions, listRuns } from '@kanade/api-client';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

async function all<Item>(page: (query: { limit: number; cursor?: string }) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const got: Page<Item> = await page({ limit: 500, ...(cursor === null ? {} : { cursor }) });
    items.push(...got.items);
    cursor = got.nextCursor;
  } while (cursor !== null);
  return items;
}

/** All that lists show, apart from what is live and no part of the history. */
export async function readTables() {
  const executions = await all(listExecutions);
  const endpoints = await all(listEndpoints);
  const results: unknown[] = [];
  // Pages of whole outputs are short.
  for (const { id } of executions) results.push((await listExecutionResults(id, { limit: 50 })).items);
  return {
    executions,
    results,
    runs: await all(listRuns),
    endpoints: endpoints.map(({ lastSeenAt: _seen, status: _status, ...rest }) => rest),
    events: await all((query) => listEvents({ ...query, order: 'asc' })),
  };
}

export type Tables = Awaited<ReturnType<typeof readTables>>;

/** What of `after` was there `before`: a start adds events and a run of the example job, which is news and no difference. */
export function knownBefore(after: Tables, before: Tables): Tables {
  const ids = new Set(before.executions.map(({ id }) => id));
  return {
    executions: after.executions.filter(({ id }) => ids.has(id)),
    results: after.results.filter((_, index) => ids.has(after.executions[index]?.id ?? '')),
    runs: after.runs.filter(({ executionId }) => ids.has(executionId)),
    endpoints: after.endpoints,
    events: after.events.slice(0, before.events.length),
  };
}
