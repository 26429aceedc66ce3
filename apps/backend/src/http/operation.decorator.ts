import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import type { Permission, ProblemCode } from '@kanade/contracts';
import { ApiBearerAuth, ApiCookieAuth, ApiExtension, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { Needs } from './needs.decorator.ts';
import { Public } from './public.decorator.ts';
import { problemKinds } from './problem-kinds.ts';

interface OperationShape {
  /** The operationId: the name of the function in every generated client. */
  readonly id: string;
  readonly summary: string;
  /** 200 unless said. */
  readonly status?: 200 | 201 | 202 | 204 | 302;
  /** What a success answers; none for an empty answer. */
  readonly answer?: z.ZodType;
  readonly answerText: string;
  /** What this operation can refuse beyond what every one can. */
  readonly problems?: readonly ProblemCode[];
}

/** An operation is for everybody, or says what it needs: one that says neither does not compile. */
export type OperationOptions = OperationShape & ({ readonly public: true; readonly needs?: never } | { readonly needs: Permission; readonly public?: never });

const problemSchema = { $ref: '#/components/schemas/Problem' } as const;
const always = ['invalid-request', 'too-many-attempts', 'broker-unavailable', 'internal'] as const satisfies readonly ProblemCode[];
const signedIn = ['not-signed-in', 'forbidden'] as const satisfies readonly ProblemCode[];

function problemResponses(codes: readonly ProblemCode[]) {
  const statuses = [...new Set(codes.map((code) => problemKinds[code].status))].sort((a, b) => a - b);
  return statuses.map((status) =>
    ApiResponse({
      status,
      description: codes.filter((code) => problemKinds[code].status === status).map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(' '),
      content: { 'application/problem+json': { schema: problemSchema } },
    }),
  );
}

export const operationMetadata = 'kanade:operation';

/** Declares an operation whole: its name, what it answers, what it refuses, and whether it needs a sign-in. */
export function Operation(options: OperationOptions) {
  const status = options.status ?? 200;
  const problems = [...always, ...(options.public === true ? [] : signedIn), ...(options.problems ?? [])];
  return applyDecorators(
    HttpCode(status),
    SetMetadata(operationMetadata, options.id),
    ApiOperation({ operationId: options.id, summary: options.summary, ...(options.public === true ? { security: [] } : {}) }),
    ...(options.needs === undefined ? [] : [ApiExtension('x-kanade-needs', options.needs), Needs(options.needs)]),
    ApiResponse({ status, description: options.answerText, ...(options.answer === undefined ? {} : { standardSchema: options.answer }) }),
    ...problemResponses([...new Set(problems)]),
    ...(options.public === true ? [Public()] : [ApiCookieAuth('session'), ApiBearerAuth('token')]),
  );
}
