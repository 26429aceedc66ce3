import { queryOptions } from '@tanstack/react-query';
import { getSession, getSignInOptions } from '@kanade/api-client';
import { en } from '../i18n/en.ts';
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

/** How people can sign in here. */
export const signInOptionsQuery = queryOptions({ queryKey: ['sign-in-options'], staleTime: 0, queryFn: ({ signal }) => getSignInOptions({ signal }) });

/** Why signing in at the identity provider came to nothing. */
export type SignInProblem = keyof typeof en.signInProblem;

const isSignInProblem = (text: string): text is SignInProblem => Object.hasOwn(en.signInProblem, text);

/** What the address of the sign-in page says about it; a reason this console does not know is a refusal all the same. */
export function signInProblemOf(text: string | undefined): SignInProblem | undefined {
  return text === undefined || isSignInProblem(text) ? text : 'refused';
}
