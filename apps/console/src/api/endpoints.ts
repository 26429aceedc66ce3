import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { diffEndpoint, getEndpoint, getEndpointPerformance, listEndpointPackages, listEndpoints } from '@kanade/api-client';
import type { EndpointSort, EndpointStanding, EndpointStatus, EndpointView } from './types.ts';

export interface EndpointListParams {
  readonly search?: string | undefined;
  readonly status?: EndpointStatus | undefined;
  readonly standing?: EndpointStanding | undefined;
  readonly site?: string | undefined;
  readonly sort?: EndpointSort | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export const endpointsQuery = (params: EndpointListParams) =>
  queryOptions({
    queryKey: ['endpoints', 'list', params],
    queryFn: ({ signal }) => listEndpoints({ ...params }, { signal }),
    placeholderData: keepPreviousData,
  });

export const endpointQuery = (endpointId: string) =>
  queryOptions({ queryKey: ['endpoints', 'detail', endpointId], queryFn: ({ signal }) => getEndpoint(endpointId, {}, { signal }) });

export const packagesQuery = (endpointId: string, params: { search?: string | undefined; cursor?: string | undefined }) =>
  queryOptions({
    queryKey: ['endpoints', 'packages', endpointId, params],
    queryFn: ({ signal }) => listEndpointPackages(endpointId, { ...params, limit: 100 }, { signal }),
    placeholderData: keepPreviousData,
  });

/** What changed between two moments, each a position or an RFC 3339 time; the later one is now unless given. */
export const endpointDiffQuery = (endpointId: string, from: string, to: string | undefined) =>
  queryOptions({
    queryKey: ['endpoints', 'detail', endpointId, 'diff', from, to],
    queryFn: ({ signal }) => diffEndpoint(endpointId, { from, to }, { signal }),
    placeholderData: keepPreviousData,
  });

/** Samples arrive live as well, so only the first answer and those after a reconnect are fetched. */
export const performanceQuery = (endpointId: string, minutes: number) =>
  queryOptions({
    queryKey: ['performance', endpointId, minutes],
    queryFn: ({ signal }) => getEndpointPerformance(endpointId, { minutes }, { signal }),
  });

/** The most targets one execution takes. */
export const maxTargets = 10_000;

/** Every endpoint that matches, fetched page by page, at most `maxTargets`; `complete` is false when there are more. */
export async function collectEndpoints(
  params: EndpointListParams,
  signal: AbortSignal,
): Promise<{ endpoints: EndpointView[]; complete: boolean }> {
  const endpoints: EndpointView[] = [];
  let cursor: string | undefined;
  do {
    const page = await listEndpoints({ ...params, cursor, limit: 500 }, { signal });
    endpoints.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && endpoints.length < maxTargets);
  return { endpoints: endpoints.slice(0, maxTargets), complete: cursor === undefined && endpoints.length <= maxTargets };
}

export const allEndpointsQuery = queryOptions({
  queryKey: ['endpoints', 'all'],
  queryFn: ({ signal }) => collectEndpoints({ sort: 'name' }, signal),
});

/** Every endpoint of some sites, by name; an endpoint belongs to one of them only. */
export const endpointsOfSitesQuery = (sites: readonly string[]) =>
  queryOptions({
    queryKey: ['endpoints', 'all', sites],
    queryFn: async ({ signal }) => {
      const found = await Promise.all(sites.map((site) => collectEndpoints({ sort: 'name', site }, signal)));
      const endpoints = found.flatMap((each) => each.endpoints).sort((one, other) => one.name.localeCompare(other.name));
      return { endpoints: endpoints.slice(0, maxTargets), complete: endpoints.length <= maxTargets && found.every(({ complete }) => complete) };
    },
  });
