import { useQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { sessionQuery } from '../api/session.ts';
import { LiveUpdates } from '../live/live-context.tsx';
import { useIsDated } from '../moment/moment-context.tsx';
import { Past } from '../moment/past.tsx';
import { AppFrame } from './app-frame.tsx';
import { SelectionProvider } from './selection.tsx';

/** Everything around the pages; when the session is over, the routes' guard is asked again and leads to the sign-in. */
export function SignedIn() {
  const router = useRouter();
  const isDated = useIsDated();
  const { at } = useSearch({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  useEffect(() => {
    if (session === null) void router.invalidate();
  }, [router, session]);
  useEffect(() => {
    // All pages are fetched while the backend is there to ask: somebody it leaves alone must still find their way about.
    for (const route of Object.values(router.routesById)) void router.loadRouteChunk(route);
  }, [router]);
  return (
    <LiveUpdates>
      <SelectionProvider>
        {isDated && at !== undefined ? <Past key={at} at={at}><AppFrame /></Past> : <AppFrame />}
      </SelectionProvider>
    </LiveUpdates>
  );
}
