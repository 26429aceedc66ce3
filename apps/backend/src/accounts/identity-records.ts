import { createHash } from 'node:crypto';
import { accountProviderSchema, heldGrantsSchema, timeSchema } from '@kanade/contracts';
import type { AccountProvider, Grant } from '@kanade/contracts';
import type { IdentityStore } from '@kanade/messaging';
import { z } from 'zod';

/** Records from before there were grants belong to the first account, which could do everything. */
const unlimited: Grant[] = [{ role: 'admin', sites: 'all' }];

/** What is kept of an account; the password as an argon2id hash, the second factor's secret encrypted, recovery codes as digests. */
export const accountRecordSchema = z.strictObject({
  accountId: z.string(),
  username: z.string(),
  /** Null until a link was used to set one. */
  passwordHash: z.string().nullable(),
  createdAt: timeSchema,
  /** Who vouches for it in place of a password and a second factor. */
  provider: accountProviderSchema.nullable().default(null),
  grants: heldGrantsSchema.default(unlimited),
  disabled: z.boolean().default(false),
  /** Raised to end every session: those of an earlier epoch no longer count, wherever they are remembered. */
  epoch: z.int().default(0),
  /** The one link that may set a password. */
  passwordLinkId: z.string().nullable().default(null),
  /** `lastStep` is the step of the newest code that was used: it and those before it are used up. */
  secondFactor: z
    .strictObject({ sealedSecret: z.string(), lastStep: z.int(), recoveryCodes: z.array(z.string()), enabledAt: timeSchema })
    .nullable()
    .default(null),
  /** A second factor that was shown and not confirmed yet. */
  offer: z.strictObject({ sealedSecret: z.string(), sessionId: z.string(), expiresAt: timeSchema }).nullable().default(null),
});
export type AccountRecord = z.output<typeof accountRecordSchema>;

/** What is kept of a session; what its cookie carries is not among it. */
export const sessionRecordSchema = z.strictObject({
  sessionId: z.string(),
  accountId: z.string(),
  username: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  epoch: z.int().default(0),
  /** Brought up to date every few minutes only. */
  lastUsedAt: timeSchema.optional(),
  /** When its holder last proved to their identity provider who they are; null where there is none, or where it did not say. */
  provedAt: timeSchema.nullable().default(null),
  address: z.string().nullable().default(null),
  userAgent: z.string().nullable().default(null),
});
export type SessionRecord = z.output<typeof sessionRecordSchema>;

/** What is kept of a token; the token itself is not among it. */
export const tokenRecordSchema = z.strictObject({
  tokenId: z.string(),
  accountId: z.string(),
  username: z.string(),
  name: z.string(),
  /** SHA-256 of the random half of the token, hex. */
  secretDigest: z.string(),
  /** What it is limited to; null for whatever its owner may do. */
  scopes: z.array(z.string()).nullable(),
  /** The owner's epoch when it was made: one without scopes ends with the sessions of its time. */
  epoch: z.int(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  /** Brought up to date every few minutes only. */
  lastUsedAt: timeSchema.nullable(),
  lastUsedFrom: z.string().nullable(),
  revokedAt: timeSchema.nullable(),
});
export type TokenRecord = z.infer<typeof tokenRecordSchema>;

/** What is kept of a link with which a password is set; what the link carries is not among it. */
export const passwordLinkRecordSchema = z.strictObject({ linkId: z.string(), accountId: z.string(), username: z.string(), expiresAt: timeSchema });

/** Which account somebody has whom an identity provider vouches for; the account's own record says so too, and counts. */
export const providerIdentityRecordSchema = z.strictObject({ accountId: z.string(), username: z.string() });

/** Who may administer everything, in one record: two of them cannot take it from each other at the same time. */
export const administratorsRecordSchema = z.strictObject({ accountIds: z.array(z.string()) });

/** SHA-256, hex: secrets of 10 and more random bytes need no slower hash, and a name of any characters becomes a key. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Keys of the records; secrets appear in them only as digests. */
export const recordKeys = {
  account: (username: string) => `account.${digest(username.normalize('NFC').toLowerCase())}`,
  session: (cookie: string) => `session.${digest(cookie)}`,
  token: (tokenId: string) => `token.${tokenId}`,
  passwordLink: (token: string) => `password-link.${digest(token)}`,
  providerIdentity: ({ issuer, subject }: AccountProvider) => `provider-identity.${digest(JSON.stringify([issuer, subject]))}`,
  administrators: 'administrators.all',
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
