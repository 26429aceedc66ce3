import { applyDecorators, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';

const accepted = /^[\x21-\x7e]{1,200}$/;

/** The request's Idempotency-Key, undefined when there is none. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string | undefined => {
  const value = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && accepted.test(value)) return value;
  throw new DomainError('invalid-request', 'the Idempotency-Key is not valid', {
    errors: [{ path: 'Idempotency-Key', message: 'give one header of 1 to 200 printable ASCII characters, such as a UUID' }],
  });
});

/** Documents the header on a create. */
export function Idempotent() {
  return applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The same key with the same body answers the same again and does nothing twice.',
      schema: { type: 'string', minLength: 1, maxLength: 200 },
    }),
  );
}
