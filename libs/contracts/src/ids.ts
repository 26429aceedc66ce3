import { z } from 'zod';
import { subjectToken } from './subject-token.ts';

function idSchema<const Name extends string>(name: Name) {
  return z.string().regex(subjectToken, `${name} must match [a-z0-9][a-z0-9-]{0,62}`).meta({ id: name });
}

/** An endpoint's id: a UUID derived from its public NKey at enrolment, so that a repeated enrolment is the same endpoint. */
export const endpointIdSchema = idSchema('EndpointId');
/** A job's id: chosen by its author in the manifest. */
export const jobIdSchema = idSchema('JobId');
/** An execution's id: a UUID derived from (principal, Idempotency-Key) where a key was given. */
export const executionIdSchema = idSchema('ExecutionId');
/** A run's id: derived from (execution, endpoint, attempt). */
export const runIdSchema = idSchema('RunId');
/** An event's id: a UUIDv7. */
export const eventIdSchema = idSchema('EventId');

export type EndpointId = z.infer<typeof endpointIdSchema>;
export type JobId = z.infer<typeof jobIdSchema>;
export type ExecutionId = z.infer<typeof executionIdSchema>;
export type RunId = z.infer<typeof runIdSchema>;
export type EventId = z.infer<typeof eventIdSchema>;

/** An RFC 3339 time in UTC, such as `2026-01-31T12:00:00.000Z`. */
export const timeSchema = z.iso.datetime({ message: 'must be an RFC 3339 time in UTC, such as 2026-01-31T12:00:00Z' });

/** SHA-256 as 64 lower-case hex digits. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** A position of the event history outside the backend: `<incarnation>:<stream sequence>`. */
export const positionSchema = z
  .string()
  .regex(/^[0-9a-f]{8}:(0|[1-9][0-9]{0,15})$/, 'must be a position such as 1a2b3c4d:42')
  .meta({ id: 'Position' });

export type Position = z.infer<typeof positionSchema>;
