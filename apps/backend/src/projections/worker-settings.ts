import { z } from 'zod';
import type { WorkerSettings } from './fold-messages.ts';

const publicKeySchema = z.strictObject({ id: z.string(), publicKey: z.string() });

const schema = z.strictObject({
  natsUrl: z.string(),
  credsFile: z.string(),
  directory: z.string(),
  trust: z.strictObject({ root: publicKeySchema, control: publicKeySchema }),
});

/** Reads what a worker was started with. */
export function readWorkerSettings(data: unknown): WorkerSettings {
  return schema.parse(data);
}
