import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Problem, ProblemCode } from '@kanade/contracts';
import { MessagingError } from '@kanade/messaging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import { RefusedRequests } from '../audit/refused-requests.ts';
import { Log } from '../log.ts';
import { Disk } from '../system/disk.ts';
import { diskFull } from './full-disk.interceptor.ts';
import { originOf } from './origin.ts';
import { problemKinds } from './problem-kinds.ts';

const byStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid-request', 401: 'not-signed-in', 403: 'forbidden', 404: 'not-found', 405: 'not-found', 413: 'too-large', 415: 'unsupported-media-type', 429: 'too-many-attempts',
};

function ofMessaging(error: MessagingError): DomainError {
  const options = { cause: error, retryable: error.retryable };
  if (error.code === 'storage-full') return new DomainError('storage-full', 'the broker has no room left; free some, and try again', options);
  if (error.retryable || error.code === 'closed') return new DomainError('broker-unavailable', 'the message broker does not answer; try again in a moment', options);
  if (error.code === 'tampered') return new DomainError('internal', 'a record in the broker was not written by kanade, and is not believed; an administrator sees which with: kanade status', options);
  return new DomainError('internal', 'something went wrong between the backend and its broker; the log says what', options);
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** Any failure as a DomainError; what nobody foresaw becomes `internal`, and keeps its words for the log. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof MessagingError) return ofMessaging(error);
  const code = byStatus[statusOf(error) ?? 500];
  if (code !== undefined && error instanceof Error) return new DomainError(code, error.message, { cause: error });
  return new DomainError('internal', 'something went wrong inside the backend; the log says what, under this request id', { cause: error });
}

/** The problem document of an error. */
export function toProblem(error: DomainError, requestId: string): Problem {
  const { status, title } = problemKinds[error.code];
  return {
    type: 'about:blank',
    title,
    status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.errors.length > 0 ? { errors: error.errors.map((part) => ({ ...part })) } : {}),
  };
}

/** The one place where errors become answers. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly refused: RefusedRequests,
    private readonly disk: Disk,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const known = toDomainError(thrown);
    // What a broker without room answers, if anything, does not say so.
    const error = known.code === 'broker-unavailable' && this.disk.full ? diskFull(thrown) : known;
    const problem = toProblem(error, request.id);
    this.refused.note({ raw: request.raw, params: request.params, origin: originOf(request) }, error);
    if (problem.status >= 500 && error.code !== 'read-behind') this.log.error({ err: thrown, reqId: request.id, url: request.url }, error.message);
    const retryAfter = error.details['retryAfterSeconds'];
    if (typeof retryAfter === 'number') void reply.header('retry-after', String(retryAfter));
    else if (error.retryable) void reply.header('retry-after', '1');
    await reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}
