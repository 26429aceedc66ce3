import { z } from 'zod';
import type { FoldWorkerSettings, WorkerSettings } from './fold-messages.ts';

const publicKeySchema = z.strictObject({ id: z.string(), publicKey: z.string() });

const keepSchema = z.strictObject({ hours: z.int(), most: z.int() });

const schema = z.strictObject({
  natsUrl: z.string(),
  credsFile: z.string(),
  directory: z.string(),
  archive: z.string().optional(),
  trust: z.strictObject({ root: publicKeySchema, control: publicKeySchema }),
  kept: z.strictObject({ executions: keepSchema, events: keepSchema, audit: keepSchema, past: keepSchema }),
});

/** Reads what a worker was started with. */
export function readWorkerSettings(data: unknown): WorkerSettings {
  return schema.parse(data);
}

const foldSchema = z.strictObject({ worker: schema, file: z.string(), serves: z.boolean() });

/** Reads what a fold was started with. */
export function readFoldSettings(data: unknown): FoldWorkerSettings {
  return foldSchema.parse(data);
}
