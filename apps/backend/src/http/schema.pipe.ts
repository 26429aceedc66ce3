import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { z } from 'zod';
import { DomainError } from '../domain-error.ts';
import type { InvalidPart } from '../domain-error.ts';

type Issue = Parameters<NonNullable<NonNullable<ConstructorParameters<typeof StandardSchemaValidationPipe>[0]>['exceptionFactory']>>[0][number];

function isUnknownKeys(issue: object): issue is Pick<z.core.$ZodIssueUnrecognizedKeys, 'keys'> {
  return 'code' in issue && issue.code === 'unrecognized_keys' && 'keys' in issue && Array.isArray(issue.keys);
}

function partsOf(issue: Issue): InvalidPart[] {
  const path = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  if (isUnknownKeys(issue)) {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not known here; check its spelling, or leave it out' }));
  }
  return [{ path: path.join('.'), message: issue.message }];
}

/** Checks everything that comes in by the schema its parameter names; each error names the path. */
export const schemaPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) => new DomainError('invalid-request', 'the request is not valid', { errors: issues.flatMap(partsOf) }),
});
