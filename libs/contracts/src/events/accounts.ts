import { z } from 'zod';
import { timeSchema } from '../ids.ts';
import { eventSchema } from './envelope.ts';

const id = z.string().max(63);

export const accountCreatedSchema = eventSchema('kanade.account.created.v1', z.strictObject({ accountId: id, username: z.string().max(100) }));

export const accountSignedInSchema = eventSchema(
  'kanade.account.signed-in.v1',
  z.strictObject({ accountId: id, sessionId: id, interface: z.enum(['console', 'cli']) }),
);

export const accountSignedOutSchema = eventSchema('kanade.account.signed-out.v1', z.strictObject({ accountId: id, sessionId: id }));

/** Failed sign-ins of a name that exists, counted per minute so that a guesser cannot fill the disk. */
export const signInRefusedSchema = eventSchema(
  'kanade.account.sign-in-refused.v1',
  z.strictObject({ accountId: id, count: z.int().positive(), since: timeSchema }),
);

export const tokenCreatedSchema = eventSchema(
  'kanade.token.created.v1',
  z.strictObject({ tokenId: id, accountId: id, name: z.string().max(100), expiresAt: timeSchema }),
);

export const enrolmentTokenCreatedSchema = eventSchema(
  'kanade.enrolment.token-created.v1',
  z.strictObject({ tokenId: id, site: z.string().max(63), maxUses: z.int().positive(), expiresAt: timeSchema }),
);
