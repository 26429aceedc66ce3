import { queryOptions, useQuery } from '@tanstack/react-query';
import { listSites } from '@kanade/api-client';
import type { Permission } from '@kanade/contracts';
import { useMay } from '../components/permitted.tsx';

/** The sites one may see: all in one answer. */
export const sitesQuery = queryOptions({ queryKey: ['sites'], queryFn: ({ signal }) => listSites({}, { signal }) });

/** What a site may be called. */
export const sitePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The names of the sites on which somebody may do something; none until they are known. */
export function useSiteNames(permission: Permission): readonly string[] {
  const may = useMay();
  const { data } = useQuery(sitesQuery);
  return (data?.items ?? []).map(({ name }) => name).filter((name) => may(permission, name));
}
