import {
  getEndpoint, getExecution, getOverview, getRun, listEndpointPackages, listEndpoints, listEvents, listExecutionResults, listExecutions, listRuns, listSites, readAsOf,
} from '@kanade/api-client';

/** What the console asks for, as often as somebody looks: a list or a detail by name, as of now or of the moment that is set. */
export type Queries = Readonly<Record<string, () => Promise<unknown>>>;

/** The console's lists and details over some of the things there are. */
export async function consoleQueries(): Promise<Queries> {
  const { items: endpoints } = await listEndpoints({ limit: 500 });
  const { items: executions } = await listExecutions({ limit: 50 });
  const { items: runs } = await listRuns({ limit: 500 });
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(Math.random() * items.length)];
    if (item === undefined) throw new Error('there is nothing to ask for');
    return item;
  };
  return {
    'endpoints': () => listEndpoints({}),
    'endpoints by status': () => listEndpoints({ sort: 'status' }),
    'one endpoint': () => getEndpoint(pick(endpoints).id),
    'packages of an endpoint': () => listEndpointPackages(pick(endpoints).id),
    'runs': () => listRuns({}),
    'runs of an endpoint': () => listRuns({ endpointId: pick(endpoints).id }),
    'runs of an execution': () => listRuns({ executionId: pick(executions).id }),
    'executions': () => listExecutions({}),
    'one execution': () => getExecution(pick(executions).id),
    'results of an execution': () => listExecutionResults(pick(executions).id),
    'one run': () => getRun(pick(runs).runId),
    'events': () => listEvents({}),
    'events of an endpoint': () => listEvents({ endpointId: pick(endpoints).id }),
    'sites': () => listSites(),
    'overview': () => getOverview(),
  };
}

/** Milliseconds of `count` requests, one after the other; `before` comes before each and is not measured. */
export async function timeQuery(ask: () => Promise<unknown>, count: number, before: () => void = () => undefined): Promise<number[]> {
  const samples: number[] = [];
  for (let asked = 0; asked < count; asked += 1) {
    before();
    const started = performance.now();
    await ask();
    samples.push(performance.now() - started);
  }
  return samples;
}

/** Has the next query answered as of a random position of the last nine tenths of the history. */
export function lookBack(incarnation: string, last: number): void {
  readAsOf(`${incarnation}:${Math.floor(last * (0.1 + 0.9 * Math.random()))}`);
}
