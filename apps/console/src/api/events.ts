import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { getEvent, listEvents } from '@kanade/api-client';

export interface EventListParams {
  readonly type?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly executionId?: string | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export const eventsQuery = (params: EventListParams) =>
  queryOptions({
    queryKey: ['events', 'list', params],
    queryFn: ({ signal }) => listEvents({ ...params }, { signal }),
    placeholderData: keepPreviousData,
  });

export const eventQuery = (position: string) =>
  queryOptions({ queryKey: ['events', 'detail', position], queryFn: ({ signal }) => getEvent(position, { signal }) });
