import { z } from 'zod';
import { jobIdSchema } from './ids.ts';
import { refuseSecretClashes, secretReferencesSchema } from './secrets.ts';
import { shells } from './shells.ts';

export const shellSchema = z.enum(shells).meta({ id: 'Shell', description: 'The shell the script is written for.' });
export type Shell = z.infer<typeof shellSchema>;

const durationPattern = /^([1-9][0-9]{0,8})(ms|s|m|h|d)$/;

/** A duration such as `500ms`, `30s`, `5m`, `24h`, `7d`. */
export const durationSchema = z
  .string()
  .regex(durationPattern, 'must be a duration such as 30s, 5m, 24h or 7d')
  .meta({ id: 'Duration', description: 'A whole number and a unit: ms, s, m, h or d, e.g. 5m.' });

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration such as `5m`; throws a RangeError for anything else. */
export function parseDuration(text: string): number {
  const match = durationPattern.exec(text);
  const unit = match?.[2] === undefined ? undefined : unitMs[match[2]];
  if (!match?.[1] || unit === undefined) throw new RangeError(`${JSON.stringify(text)} is not a duration such as 30s, 5m, 24h or 7d`);
  return Number(match[1]) * unit;
}

/** The largest script that travels in a command, in UTF-8 bytes. */
export const maxScriptBytes = 256 * 1024;
/** A run's time limit when its manifest names none. */
export const defaultTimeout = '15m';

const environmentSchema = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a variable name: letters, digits and _'), z.string().max(32_000))
  .meta({ description: 'Environment variables of the script.' });

const executeFields = {
  shell: shellSchema,
  timeout: durationSchema.default(defaultTimeout).meta({ description: 'How long the script may run before it is stopped, at most 7d.' }),
  runAs: z
    .enum(['system', 'user'])
    .default('system')
    .meta({ description: "system: the agent service's identity. user: the signed-in user, in their session." }),
  cwd: z.string().min(1).max(1000).optional().meta({ description: 'Directory the script starts in; its staging folder when absent.' }),
  env: environmentSchema.default({}),
  arguments: z.array(z.string().max(8000)).max(100).default([]).meta({ description: 'Arguments passed to the script.' }),
} as const;

/** `job.yaml` as its author writes it; unknown keys are errors, and exactly one of script and scriptFile is given. */
export const manifestSchema = z
  .strictObject({
    id: jobIdSchema.meta({ description: 'The job’s id: a-z, 0-9 and -, at most 63.' }),
    version: z.string().min(1).max(100).meta({ description: 'The author’s own version, e.g. 1.0.0.' }),
    description: z.string().max(2000).default(''),
    execute: z
      .strictObject({
        ...executeFields,
        script: z.string().min(1).optional().meta({ description: 'The script’s text.' }),
        scriptFile: z.string().min(1).max(1000).optional().meta({ description: 'Path of the script, relative to this file.' }),
      })
      .refine((execute) => (execute.script === undefined) !== (execute.scriptFile === undefined), {
        message: 'give exactly one of script and scriptFile',
        path: ['script'],
      }),
    secrets: secretReferencesSchema,
  })
  .superRefine(refuseSecretClashes)
  .meta({ id: 'JobManifest', title: 'kanade job manifest' });
export type JobManifest = z.infer<typeof manifestSchema>;

/** What is to be executed, script included, as it reaches the backend (scriptFile already read by the CLI). */
export const executeSchema = z
  .strictObject({ ...executeFields, script: z.string().min(1, 'script must not be empty') })
  .meta({ id: 'Execute' });
export type Execute = z.infer<typeof executeSchema>;

/** The part of `execute` that events show; script, env and arguments lie in the private part. */
export const executeShapeSchema = z.strictObject({
  shell: shellSchema,
  timeoutMs: z.int().positive().max(7 * 86_400_000),
  runAs: z.enum(['system', 'user']),
  cwd: z.string().max(1000).nullable(),
});
export type ExecuteShape = z.infer<typeof executeShapeSchema>;

/** The private part of job.applied and execution.requested events. */
export const executePrivateSchema = z.strictObject({
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  script: z.string(),
  env: z.record(z.string(), z.string()),
  arguments: z.array(z.string()),
});
export type ExecutePrivate = z.infer<typeof executePrivateSchema>;
