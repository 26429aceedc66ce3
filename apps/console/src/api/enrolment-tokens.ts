import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { listEnrolmentTokens } from '@kanade/api-client';

export const enrolmentTokensQuery = (params: { readonly cursor?: string | undefined }) =>
  queryOptions({
    queryKey: ['enrolment-tokens', 'list', params],
    queryFn: ({ signal }) => listEnrolmentTokens({ ...params }, { signal }),
    placeholderData: keepPreviousData,
  });
