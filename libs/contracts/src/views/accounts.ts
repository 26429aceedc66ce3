import { z } from 'zod';
import { durationSchema } from '../manifest.ts';
import { endpointIdSchema, positionSchema, timeSchema } from '../ids.ts';
import { grantsSchema, heldGrantsSchema, roleSchema } from '../roles.ts';
import { defaultSite, siteNameSchema } from '../sites.ts';
import { tokenScopesSchema } from '../token-scopes.ts';
import { pageQueryShape, pageSchema } from './paging.ts';

const password = z.string().min(1).max(1000);
const username = z.string().min(1).max(100);
/** A one-time password of six digits, or a recovery code. */
const code = z.string().min(6).max(40);

/** The fewest characters a new password may have. */
export const shortestPassword = 12;
const newPassword = z.string().min(shortestPassword, 'is too short: give it 12 characters or more').max(1000);

/** Of a new account; names that differ in case only are the same. */
export const usernameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/, 'must begin with a letter or digit and have at most 63 of A-Z a-z 0-9 . _ @ -')
  .meta({ id: 'Username' });

/** `code` is the second step of an account that has a second factor. */
export const signInRequestSchema = z.strictObject({ username, password, code: code.optional() }).meta({ id: 'SignInRequest' });

/** How people can sign in; `provider` is the identity provider, where there is one, with where it signs people out, as far as known. */
export const signInOptionsSchema = z
  .strictObject({ provider: z.strictObject({ name: z.string(), signOutUrl: z.url().nullable() }).nullable() })
  .meta({ id: 'SignInOptions' });

/** Why a sign-in at the identity provider came to nothing, as the address of the sign-in page says it (`?problem=`). */
export const providerProblems = ['unavailable', 'refused', 'stale', 'too-weak', 'no-role', 'bad-role', 'name-taken', 'bad-name', 'disabled', 'last-administrator', 'too-many'] as const;
export type ProviderProblem = (typeof providerProblems)[number];

/** Who is signed in; the session itself is only in its httpOnly cookie. */
export const sessionViewSchema = z
  .strictObject({ accountId: z.string(), username: z.string(), role: roleSchema, grants: heldGrantsSchema, expiresAt: timeSchema })
  .meta({ id: 'SessionView' });

const tokenName = z.string().min(1).max(100);

/** A token for a client without a browser, made with a password; it may do what its account may. */
export const createSessionTokenRequestSchema = z
  .strictObject({ username, password, code: code.optional(), name: tokenName, expiresIn: durationSchema.default('90d') })
  .meta({ id: 'CreateSessionTokenRequest' });

/** A token for a machine; without scopes it is for its owner's own use, and may do what they may. */
export const createTokenRequestSchema = z
  .strictObject({ name: tokenName, scopes: tokenScopesSchema, expiresIn: durationSchema.default('90d') })
  .meta({ id: 'CreateTokenRequest' });

/** The token is shown once; the backend keeps only what it needs to recognise it. */
export const createTokenResultSchema = z
  .strictObject({ token: z.string(), tokenId: z.string(), expiresAt: timeSchema })
  .meta({ id: 'CreateTokenResult' });

/** A token that counts, without itself. */
export const tokenViewSchema = z
  .strictObject({
    tokenId: z.string(),
    name: z.string(),
    /** Whose it is: it may do nothing that they may not. */
    username: z.string(),
    scopes: tokenScopesSchema,
    createdAt: timeSchema,
    expiresAt: timeSchema,
    /** To within a few minutes; null while it was never used. */
    lastUsedAt: timeSchema.nullable(),
    /** From where it was last used. */
    lastUsedFrom: z.string().nullable(),
  })
  .meta({ id: 'TokenView' });
export type TokenView = z.infer<typeof tokenViewSchema>;
export const tokenListSchema = z.strictObject({ items: z.array(tokenViewSchema) }).meta({ id: 'TokenList' });
export const tokenListQuerySchema = z.strictObject({ username: usernameSchema.optional() });

export const createEnrolmentTokenRequestSchema = z
  .strictObject({
    expiresIn: durationSchema.default('24h'),
    maxUses: z.int().min(1).max(100_000).default(1),
    site: siteNameSchema.default(defaultSite),
    /** What enrols with it waits until an operator approves it. */
    approval: z.boolean().default(false),
    /** Gives this one endpoint new keys instead of making new endpoints: single use, and the endpoint keeps its site. */
    endpointId: endpointIdSchema.optional(),
  })
  .meta({ id: 'CreateEnrolmentTokenRequest' });
/** The token is shown once; the backend keeps only what it needs to recognise it. */
export const createEnrolmentTokenResultSchema = z
  .strictObject({ token: z.string(), tokenId: z.string(), expiresAt: timeSchema, maxUses: z.int(), position: positionSchema })
  .meta({ id: 'CreateEnrolmentTokenResult' });

export const accountViewSchema = z
  .strictObject({
    accountId: z.string(),
    username: z.string(),
    /** The issuer of the identity provider that vouches for it; null for an account with a password. */
    provider: z.string().nullable(),
    grants: heldGrantsSchema,
    createdAt: timeSchema,
    createdBy: z.string(),
    /** Null while the account may sign in. */
    disabledAt: timeSchema.nullable(),
    disabledBy: z.string().nullable(),
    hasPassword: z.boolean(),
    hasSecondFactor: z.boolean(),
    lastSignedInAt: timeSchema.nullable(),
  })
  .meta({ id: 'AccountView' });
export type AccountView = z.infer<typeof accountViewSchema>;
export const accountPageSchema = pageSchema('AccountPage', accountViewSchema);
export const accountListQuerySchema = z.strictObject({ ...pageQueryShape, search: z.string().max(200).optional() });
export const accountDetailSchema = z.strictObject({ ...accountViewSchema.shape, position: positionSchema }).meta({ id: 'AccountDetail' });

export const createAccountRequestSchema = z.strictObject({ username: usernameSchema, grants: grantsSchema }).meta({ id: 'CreateAccountRequest' });
/** `link` is the path of the page where its holder sets a password, once; whoever hands it on puts the console's address before it. */
export const passwordLinkSchema = z
  .strictObject({ accountId: z.string(), username: z.string(), link: z.string(), expiresAt: timeSchema, position: positionSchema })
  .meta({ id: 'PasswordLink' });
export const setGrantsRequestSchema = z.strictObject({ grants: grantsSchema }).meta({ id: 'SetGrantsRequest' });
export const resetAccountRequestSchema = z.strictObject({ removeSecondFactor: z.boolean().default(false) }).meta({ id: 'ResetAccountRequest' });

export const accountSessionSchema = z
  .strictObject({
    sessionId: z.string(),
    createdAt: timeSchema,
    /** To within a few minutes. */
    lastUsedAt: timeSchema,
    expiresAt: timeSchema,
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    /** True for the session that asks. */
    current: z.boolean(),
  })
  .meta({ id: 'AccountSession' });
export const accountSessionListSchema = z.strictObject({ items: z.array(accountSessionSchema) }).meta({ id: 'AccountSessionList' });

export const ownAccountSchema = z
  .strictObject({
    accountId: z.string(),
    username: z.string(),
    provider: z.string().nullable(),
    grants: heldGrantsSchema,
    secondFactor: z.strictObject({ enabledAt: timeSchema, recoveryCodesLeft: z.int() }).nullable(),
  })
  .meta({ id: 'OwnAccount' });
export const changePasswordRequestSchema = z.strictObject({ currentPassword: password, newPassword }).meta({ id: 'ChangePasswordRequest' });
export const setPasswordRequestSchema = z.strictObject({ token: z.string().min(1).max(100), password: newPassword }).meta({ id: 'SetPasswordRequest' });
export const provePasswordRequestSchema = z.strictObject({ password }).meta({ id: 'ProvePasswordRequest' });
/** What an authenticator needs, as text and as the address in its QR code; shown once. */
export const secondFactorOfferSchema = z.strictObject({ secret: z.string(), uri: z.string(), expiresAt: timeSchema }).meta({ id: 'SecondFactorOffer' });
export const confirmSecondFactorRequestSchema = z.strictObject({ code }).meta({ id: 'ConfirmSecondFactorRequest' });
/** Each works once in place of a one-time password; shown once. */
export const recoveryCodesSchema = z.strictObject({ recoveryCodes: z.array(z.string()) }).meta({ id: 'RecoveryCodes' });
