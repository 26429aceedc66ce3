import type { ProblemCode } from '@kanade/contracts';

/** One part of a request that was wrong, and how to mend it. */
export interface InvalidPart {
  readonly path: string;
  readonly message: string;
}

export interface DomainErrorOptions {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly InvalidPart[];
  /** Whether the same request can succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** A refusal or failure with a stable code; what it means on a wire is said by that wire's translator only. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ProblemCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly errors: readonly InvalidPart[];
  readonly retryable: boolean;

  constructor(code: ProblemCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.errors = options.errors ?? [];
    this.retryable = options.retryable ?? false;
  }
}
