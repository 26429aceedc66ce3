/** What went wrong between us and the broker; callers branch on these, never on text. */
export const messagingErrorCodes = [
  'storage-full',
  'timeout',
  'disconnected',
  'unavailable',
  'denied',
  'closed',
  'log-damaged',
  'refused',
  'invalid',
  'tampered',
  'private-file',
] as const;
export type MessagingErrorCode = (typeof messagingErrorCodes)[number];

const retryableCodes: ReadonlySet<MessagingErrorCode> = new Set(['storage-full', 'timeout', 'disconnected', 'unavailable']);

/** A failure of the broker or of what it answered: a stable `code`, whether trying again can help, and details for the log. */
export class MessagingError extends Error {
  override readonly name = 'MessagingError';
  readonly code: MessagingErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: MessagingErrorCode, message: string, options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = retryableCodes.has(code);
    this.details = options.details ?? {};
  }
}

/**
 * The history is not what the reader knew: a gap, a sequence going backwards, or another incarnation. Never retried, never skipped. The details
 * of a gap name what is missing: sequences `next` to `until`.
 */
export class LogDamagedError extends MessagingError {
  readonly damage: 'gap' | 'rewound' | 'incarnation';

  constructor(damage: 'gap' | 'rewound' | 'incarnation', message: string, details: Readonly<Record<string, unknown>>) {
    super('log-damaged', message, { details: { damage, ...details } });
    this.damage = damage;
  }
}
