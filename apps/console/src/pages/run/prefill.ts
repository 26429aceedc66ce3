import { queryOptions } from '@tanstack/react-query';
import { getEndpoint, getExecution, listEndpoints, listRuns } from '@kanade/api-client';
import { maxTargets } from '../../api/endpoints.ts';
import { failureOf } from '../../api/problem.ts';
import type { ChosenEndpoint } from '../../components/selection.tsx';
import type { RunSearch } from '../../search-params.ts';
import { emptyRun, valuesOf } from './run-values.ts';
import type { RunValues } from './run-values.ts';

interface Prefill {
  readonly values: RunValues;
  /** Undefined leaves it to what was ticked in the list of endpoints. */
  readonly endpoints: readonly ChosenEndpoint[] | undefined;
}

/** An endpoint, unless it is not there (any more) for whoever asks: it may have been moved to a site they do not see. */
async function endpointIfThere(id: string, signal: AbortSignal): Promise<ChosenEndpoint[]> {
  try {
    return [await getEndpoint(id, {}, { signal })];
  } catch (error) {
    if (failureOf(error).status === 404) return [];
    throw error;
  }
}

async function targetsOf(executionId: string, signal: AbortSignal): Promise<ChosenEndpoint[]> {
  const ids = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await listRuns({ executionId, cursor, limit: 500 }, { signal });
    for (const { endpointId } of page.items) ids.add(endpointId);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && ids.size < maxTargets);
  if (ids.size <= 20) return (await Promise.all([...ids].map((id) => endpointIfThere(id, signal)))).flat();
  // Of many, walking through the list is quicker than asking for each.
  const found: ChosenEndpoint[] = [];
  do {
    const page = await listEndpoints({ cursor, limit: 500 }, { signal });
    found.push(...page.items.filter(({ id }) => ids.has(id)));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && found.length < ids.size);
  return found;
}

async function prefill({ job, endpoint, again }: RunSearch, signal: AbortSignal): Promise<Prefill> {
  if (again !== undefined) {
    const [execution, endpoints] = await Promise.all([getExecution(again, {}, { signal }), targetsOf(again, signal)]);
    const repeated = execution.execute ? valuesOf(execution.execute) : emptyRun;
    return { values: execution.job ? { ...emptyRun, kind: 'job', jobId: execution.job.id } : repeated, endpoints };
  }
  const values: RunValues = job === undefined ? emptyRun : { ...emptyRun, kind: 'job', jobId: job };
  return { values, endpoints: endpoint === undefined ? undefined : [await getEndpoint(endpoint, {}, { signal })] };
}

/** What the run form begins with. Fetched once: what is typed meanwhile must not be replaced by what changed elsewhere. */
export const prefillQuery = (search: RunSearch) =>
  queryOptions({ queryKey: ['prefill', search], queryFn: ({ signal }) => prefill(search, signal), staleTime: Infinity, gcTime: 0 });
