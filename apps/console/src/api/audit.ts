import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { listAudit } from '@kanade/api-client';
import type { ListAuditQuery } from '@kanade/api-client';

// Every event may be an entry: they are out of date together.
export const auditQuery = (params: ListAuditQuery) =>
  queryOptions({
    queryKey: ['audit', 'list', params],
    queryFn: ({ signal }) => listAudit(params, { signal }),
    placeholderData: keepPreviousData,
  });
