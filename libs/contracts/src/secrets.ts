import { z } from 'zod';
import { runReasonSchema } from './events/runs.ts';
import { secretVariable, settleSecret } from './secret-variables.ts';

/** Shorter ones could not be masked in output without masking everything. */
export const minSecretBytes = 4;
export const maxSecretBytes = 64 * 1024;
/** What a job may refer to, so that all of it still fits into one command. */
export const maxSecretsPerJob = 10;

/** A secret's name: chosen by operators, named in manifests. */
export const secretNameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'a secret’s name must match [a-z][a-z0-9-]{0,62}');
export type SecretName = z.infer<typeof secretNameSchema>;

const asSchema = z
  .enum(['env', 'file'])
  .meta({ description: 'env: the value is in an environment variable. file: it is in a file only the script’s identity can read, whose path is in a variable.' });
const variableSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a variable name: letters, digits and _');

/** A secret as an author of a manifest refers to it. */
export const secretReferenceSchema = z.strictObject({
  name: secretNameSchema,
  as: asSchema,
  variable: variableSchema.optional().meta({ description: 'The variable; by itself the name in capitals, with _ for -. A file’s path is in the same with _FILE behind it.' }),
});
export type SecretReference = z.infer<typeof secretReferenceSchema>;

/** A reference with its variable settled. */
export const secretUseSchema = z.strictObject({ name: secretNameSchema, as: asSchema, variable: variableSchema });
export type SecretUse = z.infer<typeof secretUseSchema>;
/** The secrets of a job as events name them; absent where it has none. */
export const secretUsesSchema = z.array(secretUseSchema).max(maxSecretsPerJob);

export const secretReferencesSchema = z
  .array(secretReferenceSchema)
  .max(maxSecretsPerJob)
  .default([])
  .meta({ description: 'Secrets the script gets, by name; their values are set with: kanade secret set NAME.' });

/** References that cannot all be had: two of one variable, one that `env` sets too, one that is kanade’s own. Case does not tell variables apart everywhere. */
export function secretClashes(references: readonly SecretReference[], env: Readonly<Record<string, string>>): { readonly index: number; readonly message: string }[] {
  const set = new Set(Object.keys(env).map((name) => name.toUpperCase()));
  const given = new Map<string, string>();
  return references.flatMap((reference, index) => {
    const variable = secretVariable(settleSecret(reference));
    const key = variable.toUpperCase();
    const before = given.get(key);
    given.set(key, reference.name);
    if (key.startsWith('KANADE_')) return [{ index, message: `${variable} is kanade’s own; give the secret another variable` }];
    if (set.has(key)) return [{ index, message: `env sets ${variable} too; give the secret another variable` }];
    return before === undefined ? [] : [{ index, message: `${variable} is taken by the secret ${before}; give one of them another variable` }];
  });
}

/** For schemas that hold both references and an environment: clashes as issues below `secrets`. */
export function refuseSecretClashes(
  { secrets, execute }: { readonly secrets: readonly SecretReference[]; readonly execute: { readonly env: Readonly<Record<string, string>> } },
  context: { addIssue(issue: { code: 'custom'; path: PropertyKey[]; message: string }): void },
): void {
  for (const { index, message } of secretClashes(secrets, execute.env)) context.addIssue({ code: 'custom', path: ['secrets', index], message });
}

/** A secret in a command: sealed to the endpoint’s key, or why it was not given, which is then why the run does not start. */
export const deliveredSecretSchema = z.strictObject({
  ...secretUseSchema.shape,
  sealed: z.string().max(100_000).nullable(),
  withheld: runReasonSchema.nullable(),
});
export type DeliveredSecret = z.infer<typeof deliveredSecretSchema>;
