import { createHash } from 'node:crypto';
import { timeSchema } from '@kanade/contracts';
import type { IdentityStore } from '@kanade/messaging';
import { z } from 'zod';

/** What is kept of an account; the password as an argon2id hash. */
export const accountRecordSchema = z.strictObject({ accountId: z.string(), username: z.string(), passwordHash: z.string(), createdAt: timeSchema });
export type AccountRecord = z.infer<typeof accountRecordSchema>;

/** What is kept of a session; what its cookie carries is not among it. */
export const sessionRecordSchema = z.strictObject({ sessionId: z.string(), accountId: z.string(), username: z.string(), createdAt: timeSchema, expiresAt: timeSchema });
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** What is kept of a token; the token itself is not among it. */
export const tokenRecordSchema = z.strictObject({
  tokenId: z.string(),
  accountId: z.string(),
  username: z.string(),
  name: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
export type TokenRecord = z.infer<typeof tokenRecordSchema>;

/** SHA-256, hex: secrets of 32 random bytes need no slower hash, and a name of any characters becomes a key. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Keys of the records; secrets appear in them only as digests. */
export const recordKeys = {
  account: (username: string) => `account.${digest(username.normalize('NFC').toLowerCase())}`,
  session: (cookie: string) => `session.${digest(cookie)}`,
  token: (token: string) => `token.${digest(token)}`,
  enrolment: (tokenId: string) => `enrolment.${tokenId}`,
  endpoint: (endpointId: string) => `endpoint.${endpointId}`,
} as const;

/** A record as its schema reads it, with the revision an update must name; undefined when there is none. */
export async function readRecord<Schema extends z.ZodType>(
  store: IdentityStore,
  key: string,
  schema: Schema,
): Promise<{ readonly value: z.output<Schema>; readonly revision: number } | undefined> {
  const record = await store.get(key);
  return record === undefined ? undefined : { value: schema.parse(record.value), revision: record.revision };
}
