import { errors } from '@nats-io/nats-core';
import { MessagingError } from '../errors.ts';

/** Puts a failure of the NATS client into our words: what was tried, a code, and whether trying again can help. */
export function toMessagingError(cause: unknown, doing: string): MessagingError {
  if (cause instanceof MessagingError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const failure = (code: ConstructorParameters<typeof MessagingError>[0]) =>
    new MessagingError(code, `could not ${doing}: ${text}`, { cause });
  if (cause instanceof errors.TimeoutError) return failure('timeout');
  if (cause instanceof errors.NoRespondersError) return failure('unavailable');
  if (cause instanceof errors.PermissionViolationError || cause instanceof errors.AuthorizationError) return failure('denied');
  if (cause instanceof errors.UserAuthenticationExpiredError) return failure('denied');
  if (cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError) return failure('closed');
  if (cause instanceof errors.RequestError) {
    if (cause.isNoResponders()) return failure('unavailable');
    return cause.cause === undefined ? failure('unavailable') : toMessagingError(cause.cause, doing);
  }
  if (cause instanceof errors.InvalidArgumentError || cause instanceof errors.InvalidSubjectError) return failure('invalid');
  return failure('disconnected');
}

/** JetStream's error codes we act on. */
export const apiCodes = {
  storeFull: 10077,
  resourcesShort: 10023,
  memoryShort: 10028,
  wrongLastSequence: 10071,
  wrongLastSequenceInBatch: 10164,
  batchIncomplete: 10176,
  duplicateInBatch: 10201,
  tooManyBatches: 10210,
  messageNotFound: 10037,
  sequenceNotFound: 10043,
  messageDeleteFailed: 10057,
  streamNotFound: 10059,
  consumerNotFound: 10014,
  consumerExists: 10148,
} as const;

/** JetStream's refusal as one of ours. */
export function apiError(error: { readonly code: number; readonly errCode: number; readonly description: string }, doing: string): MessagingError {
  const details = { code: error.code, errCode: error.errCode };
  const message = `could not ${doing}: ${error.description} (${error.errCode})`;
  if (error.errCode === apiCodes.storeFull || error.errCode === apiCodes.resourcesShort || error.errCode === apiCodes.memoryShort) {
    return new MessagingError('storage-full', `${message}; the broker is full: free space or raise its limit`, { details });
  }
  if (error.errCode === apiCodes.tooManyBatches || error.errCode === apiCodes.batchIncomplete || error.code === 503) {
    return new MessagingError('unavailable', message, { details });
  }
  return new MessagingError('refused', message, { details });
}

/** True when the broker took a batch not at all because too many are open, or because its beginning was refused for that reason. */
export function isBatchRefusal(error: unknown): boolean {
  const code = error instanceof MessagingError ? error.details['errCode'] : undefined;
  return code === apiCodes.tooManyBatches || code === apiCodes.batchIncomplete;
}
