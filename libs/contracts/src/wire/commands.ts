import { z } from 'zod';
import { endpointIdSchema, executionIdSchema, runIdSchema, timeSchema } from '../ids.ts';
import { deliveredSecretSchema, maxSecretsPerJob } from '../secrets.ts';
import { executePrivateSchema, executeShapeSchema } from '../manifest.ts';

const commandAttributes = {
  /** Also the nonce: an agent obeys one id once. */
  id: z.string().max(63),
  recipient: endpointIdSchema,
  issuedAt: timeSchema,
  expiresAt: timeSchema,
} as const;

/** Run a script; signed by the backend's command key over subject and body. */
export const runCommandSchema = z.strictObject({
  ...commandAttributes,
  type: z.literal('kanade.command.run.v1'),
  runId: runIdSchema,
  executionId: executionIdSchema,
  attempt: z.int().positive(),
  execute: executeShapeSchema,
  content: executePrivateSchema.omit({ salt: true }),
  /** Absent: none. */
  secrets: z.array(deliveredSecretSchema).max(maxSecretsPerJob).optional(),
  /** Waiting runs with the same key are cancelled by this one. */
  supersedeKey: z.string().max(63).nullable(),
});

/** End runs: those waiting never start, those running are stopped as a tree. */
export const cancelCommandSchema = z.strictObject({
  ...commandAttributes,
  type: z.literal('kanade.command.cancel.v1'),
  executionId: executionIdSchema,
  runId: runIdSchema,
});

export const commandSchema = z.discriminatedUnion('type', [runCommandSchema, cancelCommandSchema]);
export type Command = z.infer<typeof commandSchema>;
export type RunCommand = z.infer<typeof runCommandSchema>;
export type CancelCommand = z.infer<typeof cancelCommandSchema>;
