import { exitCodes, type ExitCode } from './exit-codes.ts';

/** A failure the user can act on: one sentence, the exit code, and what to try. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  readonly suggestion: string | undefined;
  readonly code: string;

  constructor(message: string, options: { exitCode?: ExitCode; suggestion?: string | undefined; code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? exitCodes.failed;
    this.suggestion = options.suggestion;
    this.code = options.code ?? 'failed';
  }
}

/** The caller's own mistake: exit code 2. */
export function usageFailure(message: string, suggestion?: string): Failure {
  return new Failure(message, { exitCode: exitCodes.usage, code: 'usage', suggestion });
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
