import { z } from 'zod';

/** Stable codes of `application/problem+json`; clients branch on these, never on text. */
export const problemCodes = [
  'invalid-request',
  'not-signed-in',
  'sign-in-failed',
  'second-factor-required',
  'second-factor-failed',
  'second-factor-active',
  'password-wrong',
  'password-link-invalid',
  'username-taken',
  'provider-account',
  'last-administrator',
  'too-many-attempts',
  'forbidden',
  'not-found',
  'no-targets',
  'ambiguous-target',
  'conflict',
  'job-version-conflict',
  'idempotency-conflict',
  'execution-ended',
  'confirmation-required',
  'own-approval',
  'approval-ended',
  'endpoint-revoked',
  'endpoint-retired',
  'endpoint-pending',
  'endpoint-not-retired',
  'alias-taken',
  'site-in-use',
  'secret-unusable',
  'position-unknown',
  'past-trimmed',
  'read-behind',
  'output-expired',
  'output-erased',
  'too-large',
  'unsupported-media-type',
  'storage-full',
  'broker-unavailable',
  'internal',
] as const;
export const problemCodeSchema = z.enum(problemCodes).meta({ id: 'ProblemCode' });
export type ProblemCode = z.infer<typeof problemCodeSchema>;

/** RFC 9457 problem details with kanade's stable `code`. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: problemCodeSchema,
    requestId: z.string().optional(),
    /** Which part of the request was wrong, and how to mend it. */
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;
