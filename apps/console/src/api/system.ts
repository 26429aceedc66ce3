import { queryOptions } from '@tanstack/react-query';
import { getOverview, getStatus } from '@kanade/api-client';

export const overviewQuery = queryOptions({ queryKey: ['overview'], queryFn: ({ signal }) => getOverview({}, { signal }) });

/** Lags and sizes change without an event, so this one page asks again by itself. */
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => getStatus({ signal }),
  refetchInterval: 5000,
});
