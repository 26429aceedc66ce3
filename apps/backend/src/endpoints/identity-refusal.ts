import type { identityRefusalSchema } from '@kanade/contracts';
import type { z } from 'zod';

export type IdentityRefusal = z.infer<typeof identityRefusalSchema>;

/** Says no to an endpoint that asks to enrol or renew. */
export function refusal(code: IdentityRefusal['error']['code'], message: string): IdentityRefusal {
  return { error: { code, message, retryable: code === 'unavailable' || code === 'approval-pending' } };
}
