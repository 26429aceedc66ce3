import { durationSchema, parseDuration } from '@kanade/contracts';
import { z } from 'zod';

const dayMs = 86_400_000;

/** The variables that say which executions take more than a session or a token. */
export const confirmationVariables = {
  KANADE_APPROVAL_ENDPOINTS: z
    .string()
    .regex(/^(off|\d{1,7})$/, 'must be a number of endpoints, such as 100, or off')
    .default('100'),
  KANADE_APPROVAL_PERIOD: durationSchema.refine((text) => parseDuration(text) <= 30 * dayMs, 'must be at most 30d').default('24h'),
} as const;

type Given = { readonly [Name in keyof typeof confirmationVariables]: string };

/** Which executions take a second factor or somebody else's approval. */
export interface ConfirmationConfig {
  /** Those over more endpoints than this; undefined for none. */
  readonly over: number | undefined;
  /** How long an approval is waited for. */
  readonly periodMs: number;
}

export function confirmationOf({ KANADE_APPROVAL_ENDPOINTS: over, KANADE_APPROVAL_PERIOD: period }: Given): ConfirmationConfig {
  return { over: over === 'off' ? undefined : Number(over), periodMs: parseDuration(period) };
}
