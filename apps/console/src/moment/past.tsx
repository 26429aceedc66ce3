import { readAsOf } from '@kanade/api-client';
import { QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { useInsertionEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { eventQuery } from '../api/events.ts';
import { createQueryClient } from '../api/query-client.ts';
import { sessionQuery } from '../api/session.ts';
import { MomentContext } from './moment-context.tsx';

/** What is answered of the past never changes, and is never mixed with what is answered of the present. */
function createPastClient(present: QueryClient): QueryClient {
  const past = createQueryClient(() => { present.setQueryData(sessionQuery.queryKey, null); });
  past.setQueryData(sessionQuery.queryKey, present.getQueryData(sessionQuery.queryKey));
  return past;
}

/** A position tells no time; its event does. */
function useTimeOf(at: string): number | undefined {
  const isPosition = !at.includes('T');
  const { data } = useQuery({ ...eventQuery(at), enabled: isPosition });
  const time = isPosition ? data?.recordedAt : at;
  return time === undefined ? undefined : Date.parse(time);
}

function AsOf({ at, children }: { readonly at: string; readonly children: ReactNode }) {
  const time = useTimeOf(at);
  return <MomentContext value={{ at, time }}>{children}</MomentContext>;
}

/** Shows everything in it as of a moment of the past. For another moment it is to be mounted anew. */
export function Past({ at, children }: { readonly at: string; readonly children: ReactNode }) {
  const present = useQueryClient();
  const [past] = useState(() => createPastClient(present));
  // Before any query in it asks: those wait for effects that come later than this kind.
  useInsertionEffect(() => {
    readAsOf(at);
    return () => { readAsOf(undefined); };
  }, [at]);
  return (
    <QueryClientProvider client={past}>
      <AsOf at={at}>{children}</AsOf>
    </QueryClientProvider>
  );
}
