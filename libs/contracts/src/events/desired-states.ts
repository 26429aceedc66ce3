import { z } from 'zod';
import { brokerUrlsSchema } from '../wire/desired-state.ts';
import { eventSchema } from './envelope.ts';
import { runReasonSchema } from './runs.ts';

const version = z.int().positive();

/** The endpoint is as its desired state says. */
export const desiredStateAppliedSchema = eventSchema('kanade.desired.applied.v1', z.strictObject({ version, urls: brokerUrlsSchema }));

/** The endpoint believes a desired state and could not bring it about yet; it stays as it was and goes on trying. */
export const desiredStateFailedSchema = eventSchema('kanade.desired.failed.v1', z.strictObject({ version, reason: runReasonSchema }));

/** The endpoint does not believe what lies in the place of its desired state; `revision` is its place in the bucket. */
export const desiredStateRefusedSchema = eventSchema(
  'kanade.desired.refused.v1',
  z.strictObject({ version: version.nullable(), revision: z.int().positive(), reason: runReasonSchema }),
);
