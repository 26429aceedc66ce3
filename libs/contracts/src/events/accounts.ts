import { z } from 'zod';
import { timeSchema } from '../ids.ts';
import { heldGrantsSchema } from '../roles.ts';
import { eventSchema } from './envelope.ts';

const id = z.string().max(63);

/** Who vouches for an account: the provider, and what it calls its holder. Nothing else of what it says ever finds the account. */
export const accountProviderSchema = z.strictObject({ issuer: z.string().max(500), subject: z.string().max(255) });
export type AccountProvider = z.infer<typeof accountProviderSchema>;

/** `provider` where an identity provider's first sign-in made it: such an account has no password. */
export const accountCreatedSchema = eventSchema(
  'kanade.account.created.v1',
  z.strictObject({ accountId: id, username: z.string().max(100), provider: accountProviderSchema.optional() }),
);

export const accountSignedInSchema = eventSchema(
  'kanade.account.signed-in.v1',
  z.strictObject({ accountId: id, sessionId: id, interface: z.enum(['console', 'cli']) }),
);

export const accountSignedOutSchema = eventSchema('kanade.account.signed-out.v1', z.strictObject({ accountId: id, sessionId: id }));

/** Failed sign-ins of a name that exists from one address, counted per minute so that a guesser cannot fill the disk; the first is told at once. */
export const signInRefusedSchema = eventSchema(
  'kanade.account.sign-in-refused.v1',
  z.strictObject({ accountId: id, count: z.int().positive(), since: timeSchema }),
);

/** Roles and sites of an account, all of them. */
export const accountGrantsChangedSchema = eventSchema('kanade.account.grants-changed.v1', z.strictObject({ accountId: id, grants: heldGrantsSchema }));

export const accountDisabledSchema = eventSchema('kanade.account.disabled.v1', z.strictObject({ accountId: id }));
export const accountEnabledSchema = eventSchema('kanade.account.enabled.v1', z.strictObject({ accountId: id }));

/** A link with which its holder sets a password, once; `reset` made the password before it worthless, and with `secondFactorRemoved` the second factor too. */
export const accountLinkMadeSchema = eventSchema(
  'kanade.account.password-link-made.v1',
  z.strictObject({ accountId: id, linkId: id, expiresAt: timeSchema, reason: z.enum(['created', 'reset']), secondFactorRemoved: z.boolean() }),
);

export const accountPasswordChangedSchema = eventSchema(
  'kanade.account.password-changed.v1',
  z.strictObject({ accountId: id, means: z.enum(['current-password', 'link']) }),
);

export const secondFactorEnabledSchema = eventSchema('kanade.account.second-factor-enabled.v1', z.strictObject({ accountId: id }));
export const secondFactorDisabledSchema = eventSchema('kanade.account.second-factor-disabled.v1', z.strictObject({ accountId: id }));

/** Somebody signed in with a recovery code instead of a one-time password. */
export const recoveryCodeUsedSchema = eventSchema('kanade.account.recovery-code-used.v1', z.strictObject({ accountId: id, left: z.int().nonnegative() }));

/** Sessions were ended otherwise than by signing out; null: all there were. */
export const accountSessionsEndedSchema = eventSchema(
  'kanade.account.sessions-ended.v1',
  z.strictObject({ accountId: id, sessionIds: z.array(id).max(1000).nullable() }),
);

/** `scopes` is what it is limited to, null for whatever its owner may do. */
export const tokenCreatedSchema = eventSchema(
  'kanade.token.created.v1',
  z.strictObject({ tokenId: id, accountId: id, name: z.string().max(100), scopes: z.array(z.string().max(200)).max(50).nullable(), expiresAt: timeSchema }),
);

/** A token counts no more, before its time. */
export const tokenRevokedSchema = eventSchema('kanade.token.revoked.v1', z.strictObject({ tokenId: id, accountId: id }));

export const enrolmentTokenCreatedSchema = eventSchema(
  'kanade.enrolment.token-created.v1',
  z.strictObject({ tokenId: id, site: z.string().max(63), maxUses: z.int().positive(), expiresAt: timeSchema }),
);
