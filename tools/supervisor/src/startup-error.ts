/** A failure the person at the terminal can mend: printed without a stack trace, with what to do, one line each. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  readonly advice: readonly string[];

  constructor(message: string, advice: readonly string[], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.advice = advice;
  }
}

/** The system's own code of a failure, such as `EADDRINUSE`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
