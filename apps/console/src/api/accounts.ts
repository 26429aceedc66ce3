import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { getOwnAccount, listAccounts, listOwnTokens, listSessions } from '@kanade/api-client';
import type { Grant } from '@kanade/api-client';

export interface AccountListParams {
  readonly search?: string | undefined;
  readonly cursor?: string | undefined;
}

export const accountsQuery = (params: AccountListParams) =>
  queryOptions({
    queryKey: ['accounts', 'list', params],
    queryFn: ({ signal }) => listAccounts({ ...params }, { signal }),
    placeholderData: keepPreviousData,
  });

export const ownAccountQuery = queryOptions({ queryKey: ['account'], queryFn: ({ signal }) => getOwnAccount({ signal }) });

export const sessionsQuery = queryOptions({ queryKey: ['sessions'], queryFn: ({ signal }) => listSessions({ signal }) });

export const ownTokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => listOwnTokens({ signal }) });

/** Roles in the order of what they may do. */
export const roleChoices = ['viewer', 'operator', 'admin', 'auditor'] as const satisfies readonly Grant['role'][];

/** The fewest characters of a password. */
export const shortestPassword = 12;
