import { durationSchema, parseDuration } from '@kanade/contracts';
import type { Keep, Kept } from '@kanade/read-models';
import { z } from 'zod';

const hourMs = 3_600_000;
/** Shorter, and what an endpoint that was away for a weekend sends would be about nothing. */
const leastHours = 48;

const isAge = (text: string): boolean => text === 'forever' || (durationSchema.safeParse(text).success && parseDuration(text) >= leastHours * hourMs);
const age = (usual: string) => z.string().refine(isAge, 'must be a time such as 400d, of 2d at least, or forever').default(usual);
const wrongNumber = 'must be a whole number from 1000 on';
const number = (usual: number) => z.coerce.number(wrongNumber).int(wrongNumber).min(1000, wrongNumber).default(usual);

/** The variables that say what the read model keeps, by age and by number; the record itself keeps everything. */
export const retentionVariables = {
  KANADE_KEEP_EXECUTIONS: age('400d'),
  KANADE_KEEP_RUNS_MOST: number(10_000_000),
  KANADE_KEEP_EVENTS: age('400d'),
  KANADE_KEEP_EVENTS_MOST: number(50_000_000),
  KANADE_KEEP_AUDIT: age('1100d'),
  KANADE_KEEP_AUDIT_MOST: number(5_000_000),
  KANADE_KEEP_PAST: age('90d'),
  KANADE_KEEP_PAST_MOST: number(20_000_000),
} as const;

type Given = { readonly [Name in keyof typeof retentionVariables]: z.infer<(typeof retentionVariables)[Name]> };

const keep = (text: string, most: number): Keep => ({ hours: text === 'forever' ? Number.MAX_SAFE_INTEGER : Math.floor(parseDuration(text) / hourMs), most });

/** What the read model keeps. */
export function retentionOf(given: Given): Kept {
  return {
    executions: keep(given.KANADE_KEEP_EXECUTIONS, given.KANADE_KEEP_RUNS_MOST),
    events: keep(given.KANADE_KEEP_EVENTS, given.KANADE_KEEP_EVENTS_MOST),
    audit: keep(given.KANADE_KEEP_AUDIT, given.KANADE_KEEP_AUDIT_MOST),
    past: keep(given.KANADE_KEEP_PAST, given.KANADE_KEEP_PAST_MOST),
  };
}
