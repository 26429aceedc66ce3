/** A problem the person at the keyboard can solve; its message says how. The exit code is the process's. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? exitCodes.failure;
  }
}

/** What the process's exit code says to scripts and supervisors. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** The data directory holds no identity: enrol first. */
  notEnrolled: 3,
  /** Another process works in the data directory. */
  locked: 4,
} as const;
