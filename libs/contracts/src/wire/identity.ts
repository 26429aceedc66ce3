import { z } from 'zod';
import { endpointIdSchema, timeSchema } from '../ids.ts';
import { osSchema } from '../events/endpoints.ts';
import { checkpointSchema, hashSchema } from '../views/checkpoints.ts';
import { messageKeyUses } from '../key-uses.ts';

/** The keys an agent believes, signed by the root key it pinned; a newer version replaces an older one, never the reverse. */
export const keysetSchema = z.strictObject({
  version: z.int().positive(),
  keys: z
    .array(
      z.strictObject({
        /** First 16 hex digits of SHA-256 over the raw public key. */
        id: z.string().regex(/^[0-9a-f]{16}$/),
        use: z.enum(messageKeyUses),
        /** base64url raw Ed25519 public key. */
        publicKey: z.string().max(60),
        validFrom: timeSchema,
        /** What it signed counts before this; a key that has ended stays listed, so that a refusal can say so. */
        validUntil: timeSchema,
      }),
    )
    .min(1)
    .max(100),
});
export type Keyset = z.infer<typeof keysetSchema>;

/** A keyset on the wire: the exact bytes signed (base64url) and the root key's signature over `signedText('keyset', 'kanade.keyset', digest)`. */
export const signedKeysetSchema = z.strictObject({ body: z.string().max(65_536), signature: z.string().max(100) });
export type SignedKeyset = z.infer<typeof signedKeysetSchema>;

/** What an enrolment token decodes to (base64url JSON). */
export const enrolmentTokenSchema = z.strictObject({
  urls: z.array(z.string().max(500)).min(1).max(10),
  jwt: z.string().max(4000),
  tokenId: z.string().max(63),
  /** base64url raw Ed25519 public root key the agent pins. */
  root: z.string().max(60),
  /** PEM of the CA to pin; null where the broker is on loopback without TLS. */
  ca: z.string().max(10_000).nullable(),
});
export type EnrolmentToken = z.infer<typeof enrolmentTokenSchema>;

/**
 * Asked of `kanade.enrol.<tokenId>`; both signatures are over `signedText('enrol', tokenId, digest of body)`, base64url: by the new signing key
 * and by the new NKey. Whoever asks has both.
 */
export const enrolRequestSchema = z.strictObject({
  body: z.string().max(10_000),
  signature: z.string().max(100),
  nkeySignature: z.string().max(100),
});

/** 32 bytes as base64url, in its one shortest form: what is the same key is the same text. */
const rawKeySchema = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);

/** The signed body of an enrol request. */
export const enrolBodySchema = z.strictObject({
  tokenId: z.string().max(63),
  nkey: z.string().regex(/^U[A-Z2-7]{55}$/),
  signingKey: rawKeySchema,
  sealingKey: rawKeySchema,
  hostname: z.string().min(1).max(255),
  os: osSchema,
  agentVersion: z.string().max(50),
  simulated: z.boolean(),
  at: timeSchema,
});
export type EnrolBody = z.infer<typeof enrolBodySchema>;

const credentials = {
  jwt: z.string().max(4000),
  renewalJwt: z.string().max(4000),
} as const;

/** Why the backend said no to an enrol or renew request. */
export const identityRefusalSchema = z.strictObject({
  error: z.strictObject({
    code: z.enum([
      'token-unknown', 'token-expired', 'token-used-up', 'token-revoked', 'bad-proof', 'key-taken', 'bad-request', 'endpoint-unknown', 'endpoint-revoked', 'endpoint-retired',
      'approval-pending', 'unavailable',
    ]),
    message: z.string().max(500),
    retryable: z.boolean(),
  }),
});

export const enrolAnswerSchema = z.union([
  z.strictObject({ endpointId: endpointIdSchema, ...credentials, keyset: signedKeysetSchema, time: timeSchema }),
  identityRefusalSchema,
]);
export type EnrolAnswer = z.infer<typeof enrolAnswerSchema>;

/** Asked of `kanade.renew.<endpointId>` on every connection; `renew` asks for new JWTs too. */
export const renewRequestSchema = z.strictObject({
  renew: z.boolean(),
  keysetVersion: z.int().nonnegative(),
  /** Public NKeys that signed the caller's JWT and renewal JWT: those of a key that was replaced are issued anew unasked. */
  issuers: z.array(z.string().max(60)).max(2),
  agentVersion: z.string().max(50),
  /** The last checkpoint the endpoint was shown, null before the first; left out by agents that keep none. */
  checkpoint: checkpointSchema.pick({ incarnation: true, size: true }).nullable().optional(),
  /** Asks where the endpoint's chain ends in the record: the stream holds none of its events, which may have been archived, or lost. */
  chain: z.literal(true).optional(),
});
export type RenewRequest = z.infer<typeof renewRequestSchema>;

/** The first answer of every connection: the keyset and the backend's time; new JWTs where asked for. */
export const renewAnswerSchema = z.union([
  z.strictObject({
    keyset: signedKeysetSchema,
    time: timeSchema,
    credentials: z.strictObject(credentials).nullable(),
    /** The newest checkpoint, with RFC 9162's proof that it continues the one asked about; null where it is no continuation of that. */
    witness: z.strictObject({ checkpoint: checkpointSchema, path: z.array(hashSchema).max(128).nullable() }).optional(),
    /** Where the endpoint's chain ends in the record, archive included, where that was asked and is known; null when the record has none of its events. */
    chain: z.strictObject({ epoch: z.int().positive(), sequence: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) }).nullable().optional(),
  }),
  identityRefusalSchema,
]);
export type RenewAnswer = z.infer<typeof renewAnswerSchema>;
