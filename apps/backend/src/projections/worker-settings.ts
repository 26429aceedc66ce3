import { z } from 'zod';
import type { WorkerSettings } from './fold-messages.ts';

const schema = z.strictObject({
  natsUrl: z.string(),
  credsFile: z.string(),
  directory: z.string(),
  controlKeys: z.array(z.strictObject({ id: z.string(), publicKey: z.string() })),
});

/** Reads what a worker was started with. */
export function readWorkerSettings(data: unknown): WorkerSettings {
  return schema.parse(data);
}
