import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { sessionQuery } from '../api/session.ts';
import { LiveUpdates } from '../live/live-context.tsx';
import { AppFrame } from './app-frame.tsx';
import { SelectionProvider } from './selection.tsx';

/** Everything around the pages; when the session is over, the routes' guard is asked again and leads to the sign-in. */
export function SignedIn() {
  const router = useRouter();
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
        <AppFrame />
      </SelectionProvider>
    </LiveUpdates>
  );
}
