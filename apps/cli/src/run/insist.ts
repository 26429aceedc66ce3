import { ApiError, UnreachableError } from '@kanade/api-client';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** How long the backend may be out of reach before a waiting command gives up. */
export const patienceMs = 30_000;
const firstPauseMs = 200;
const longestPauseMs = 2_000;

/**
 * Does what must reach the backend, again and again while it restarts or catches up, for as long as a command waits; `tell` is called
 * when it begins to wait. Only for work that may be done twice: an answer can be lost after the backend has acted.
 */
export async function insist<Result>(work: () => Promise<Result>, tell: (line: string) => void): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (performance.now() + pause > deadline) throw givenUp(error);
      if (pause === firstPauseMs) tell(`${error.message}; trying again for up to ${patienceMs / 1000} s …`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Out of reach, or back and not ready yet: another attempt may succeed. */
function isPassing(error: unknown): error is ApiError | UnreachableError {
  return error instanceof UnreachableError || (error instanceof ApiError && error.status >= 502 && error.status <= 504);
}

function givenUp(error: ApiError | UnreachableError): Error {
  if (error instanceof ApiError) return error;
  return new Failure(`The backend at ${error.baseUrl} has been out of reach for ${patienceMs / 1000} s (${error.message}); whether the execution was started is not known.`, {
    exitCode: exitCodes.unreachable,
    code: 'unreachable',
    suggestion: 'When it is back, `kanade execution list` tells.',
    cause: error,
  });
}
