/** One part of a request that was wrong: where, and how to mend it. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** What the server said no with: its stable `code` to branch on, the HTTP status, the request's id for its log. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly errors: readonly FieldProblem[];

  constructor(problem: { code: string; status: number; message: string; requestId?: string | undefined; errors?: readonly FieldProblem[] }) {
    super(problem.message);
    this.code = problem.code;
    this.status = problem.status;
    this.requestId = problem.requestId;
    this.errors = problem.errors ?? [];
  }
}

/** Nobody answered at `baseUrl`; the request may or may not have been carried out. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly baseUrl: string;

  constructor(baseUrl: string, cause: unknown) {
    super(rootCause(cause), { cause });
    this.baseUrl = baseUrl;
  }
}

/** `fetch failed` says nothing; what it hides says why. */
function rootCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  return error.cause === undefined ? error.message : rootCause(error.cause);
}
