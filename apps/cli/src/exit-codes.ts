/** What a pipeline can rely on; documented in `docs/operations.md`. */
export const exitCodes = {
  /** Done, and where it ran something: every run succeeded. */
  ok: 0,
  /** It was understood and did not succeed: a run failed, the backend refused. */
  failed: 1,
  /** The call itself was wrong: an unknown flag, an invalid file, no target. */
  usage: 2,
  /** The backend was out of reach, for more than 30 s where the command waits. */
  unreachable: 3,
  /** Not signed in, or no longer. */
  notSignedIn: 4,
  /** Interrupted by Ctrl-C while waiting; what was started goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
