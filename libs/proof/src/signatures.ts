import { createPublicKey, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { headers as names, signedText } from '@kanade/contracts';
import type { SigningPurpose } from '@kanade/contracts';
import { sha256Hex } from './digest.ts';

const spkiHeader = Buffer.from('302a300506032b6570032100', 'hex');

// A verifier sees the same few thousand keys again and again; parsing one costs as much as a verification.
const parsedKeys = new Map<string, KeyObject | null>();
const maxParsedKeys = 20_000;

function publicKeyOf(publicKey: string): KeyObject | null {
  const known = parsedKeys.get(publicKey);
  if (known !== undefined) return known;
  const raw = Buffer.from(publicKey, 'base64url');
  const parsed = raw.length === 32 ? createPublicKey({ key: Buffer.concat([spkiHeader, raw]), format: 'der', type: 'spki' }) : null;
  if (parsedKeys.size >= maxParsedKeys) parsedKeys.clear();
  parsedKeys.set(publicKey, parsed);
  return parsed;
}

/** A key's id: the first 16 hex digits of SHA-256 over its raw public key (given as base64url). */
export function keyId(publicKey: string): string {
  return hash('sha256', Buffer.from(publicKey, 'base64url'), 'hex').slice(0, 16);
}

/** True when `signature` (base64url) over the UTF-8 of `text` is by the holder of `publicKey` (base64url raw Ed25519). */
export function verifyBytes(publicKey: string, text: string, signature: string): boolean {
  const key = publicKeyOf(publicKey);
  const bytes = Buffer.from(signature, 'base64url');
  return key !== null && bytes.length === 64 && verify(null, Buffer.from(text), key, bytes);
}

/** A public key by its id. */
export interface PublicSigningKey {
  readonly id: string;
  readonly publicKey: string;
}

export type Verification = { readonly ok: true; readonly keyId: string } | { readonly ok: false; readonly reason: string };

/** Checks the signature headers of a message that is not an endpoint event; `reason` says in English what failed. */
export function verifyMessage(
  keys: readonly PublicSigningKey[],
  purpose: SigningPurpose,
  subject: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Verification {
  return verifyDigest(keys, purpose, { subject, headers, bodyDigest: sha256Hex(body) });
}

/** The same of a message whose body is known by its digest (hex SHA-256). */
export function verifyDigest(
  keys: readonly PublicSigningKey[],
  purpose: SigningPurpose,
  { subject, headers, bodyDigest }: { readonly subject: string; readonly headers: Readonly<Record<string, string>>; readonly bodyDigest: string },
): Verification {
  const signature = headers[names.signature];
  const id = headers[names.key];
  if (signature === undefined || id === undefined) return { ok: false, reason: 'the message is not signed' };
  const key = keys.find((candidate) => candidate.id === id);
  if (key === undefined) return { ok: false, reason: `the message is signed by ${id}, a key that is not known here` };
  return verifyBytes(key.publicKey, signedText(purpose, subject, bodyDigest), signature)
    ? { ok: true, keyId: id }
    : { ok: false, reason: 'the signature does not fit the message' };
}
