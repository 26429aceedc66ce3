import { ApiError, getRunOutput, listRuns, UnreachableError } from '@kanade/api-client';
import type { LiveMessage, RunView } from '@kanade/contracts';
import type { Profile } from '../config/profile.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, messageOf } from '../failure.ts';
import { LiveConnection } from '../live/live-connection.ts';
import { allItems, collect } from '../paging.ts';
import { patienceMs } from './insist.ts';
import { ExecutionFollower, type ExecutionSource, type FollowListener } from './execution-follower.ts';

/** A slow second look, in case the live connection loses a message without being lost itself. */
const recheckMs = 5_000;

/** What a waiting command learns on the way: the follower's news, and whether the backend is there. */
export interface WaitListener extends FollowListener {
  connection(state: 'away' | 'back'): void;
}

/** Opens the live connection before the execution exists, so that none of its output is missed. */
export class ExecutionWait {
  readonly #live: LiveConnection;
  readonly #listener: WaitListener;
  readonly #outcome = Promise.withResolvers<readonly RunView[]>();
  #follower: ExecutionFollower | undefined;
  #awayTimer: NodeJS.Timeout | undefined;

  constructor(profile: Profile, listener: WaitListener) {
    this.#listener = listener;
    // The connection may be refused before anybody waits; whoever then waits is told.
    this.#outcome.promise.catch(() => undefined);
    this.#live = new LiveConnection({
      url: profile.url,
      token: profile.token,
      listener: {
        subscribed: () => this.#reached(),
        message: (message) => this.#take(message),
        away: () => this.#lost(profile),
        refused: (status) => this.#outcome.reject(refusal(status)),
      },
    });
  }

  /** Follows one execution until its last run has ended; rejects when the backend stays out of reach. */
  async until(executionId: string): Promise<readonly RunView[]> {
    this.#follower = new ExecutionFollower(sourceOf(executionId), this.#listener);
    this.#live.subscribe({ kind: 'execution', executionId });
    this.#look();
    const recheck = setInterval(() => this.#look(), recheckMs);
    try {
      return await this.#outcome.promise;
    } finally {
      clearInterval(recheck);
      this.close();
    }
  }

  close(): void {
    clearTimeout(this.#awayTimer);
    this.#live.close();
  }

  #reached(): void {
    if (this.#awayTimer) this.#listener.connection('back');
    clearTimeout(this.#awayTimer);
    this.#awayTimer = undefined;
    this.#look();
  }

  #lost(profile: Profile): void {
    if (this.#awayTimer) return;
    this.#listener.connection('away');
    this.#awayTimer = setTimeout(() => {
      this.#outcome.reject(
        new Failure(`The backend at ${profile.url} has been out of reach for ${patienceMs / 1000} s; the execution goes on without this command.`, {
          exitCode: exitCodes.unreachable,
          code: 'unreachable',
        }),
      );
    }, patienceMs);
  }

  #take(message: LiveMessage): void {
    this.#settle(this.#follower?.receive(message));
  }

  #look(): void {
    this.#settle(this.#follower?.refresh());
  }

  #settle(step: Promise<void> | undefined): void {
    step?.then(
      () => {
        if (this.#follower?.done) this.#outcome.resolve(this.#follower.runs);
      },
      (error: unknown) => {
        // Away is the live connection's business: it knows for how long, and looks again when it is back.
        if (!isPassing(error)) this.#outcome.reject(error instanceof Error ? error : new Error(messageOf(error)));
      },
    );
  }
}

function refusal(status: number): Failure {
  return new Failure(`The backend refused the live connection (${status}).`, {
    exitCode: exitCodes.notSignedIn,
    code: 'not-signed-in',
    suggestion: 'Sign in again with `kanade login`.',
  });
}

function isPassing(error: unknown): boolean {
  return error instanceof UnreachableError || (typeof error === 'object' && error !== null && 'status' in error && Number(error.status) >= 500);
}

function sourceOf(executionId: string): ExecutionSource {
  return {
    runs: () => collect(allItems((cursor) => listRuns({ executionId, limit: 500, ...(cursor === undefined ? {} : { cursor }) }))),
    output: async (runId, stream, offset) => {
      const answer = await getRunOutput(runId, stream, { offset }).catch(expired);
      return answer === undefined ? new Uint8Array() : new Uint8Array(await answer.arrayBuffer());
    },
  };
}

/** Output that is no longer kept is nothing to print, and no reason not to tell how the run ended. */
function expired(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 'output-expired') return undefined;
  throw error;
}
