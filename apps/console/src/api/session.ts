import { queryOptions } from '@tanstack/react-query';
import { getSession } from '@kanade/api-client';
import { isSignedOut } from './problem.ts';

/** Who is signed in, or null. Never stale by itself: an answer of 401 anywhere sets it to null. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Infinity,
  queryFn: async ({ signal }) => {
    try {
      return await getSession({ signal });
    } catch (error) {
      if (isSignedOut(error)) return null;
      throw error;
    }
  },
});
