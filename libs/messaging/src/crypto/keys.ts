import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { keyId } from '@kanade/proof';
import { MessagingError } from '../errors.ts';
import { readPrivateFile, writePrivateFile } from './private-files.ts';

/** An Ed25519 key that signs: its id (16 hex digits), its raw public key (base64url) and the private key. */
export interface SigningKey {
  readonly id: string;
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** An X25519 key that secrets are sealed to; same shape as a signing key, never used as one. */
export interface SealingKey {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

// SPKI of both curves is a 12-byte header and the raw key.
const rawPublicKey = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12).toString('base64url');

function loadKey(file: string, type: 'ed25519' | 'x25519'): KeyObject {
  const key = createPrivateKey(readPrivateFile(file));
  if (key.asymmetricKeyType !== type) {
    throw new MessagingError('invalid', `${file} holds a key of type ${key.asymmetricKeyType ?? 'unknown'}, not ${type}`, { details: { file } });
  }
  return key;
}

const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

function signingKey(privateKey: KeyObject): SigningKey {
  const publicKey = rawPublicKey(privateKey);
  return { id: keyId(publicKey), publicKey, privateKey };
}

/** Makes a new Ed25519 signing key. */
export function createSigningKey(): SigningKey {
  return signingKey(generateKeyPairSync('ed25519').privateKey);
}

/** Reads a signing key from a PKCS #8 PEM file; throws when the file is not private (0600) or holds another kind of key. */
export function loadSigningKey(file: string): SigningKey {
  return signingKey(loadKey(file, 'ed25519'));
}

/** Writes a signing key as PKCS #8 PEM, mode 0600. */
export function saveSigningKey(key: SigningKey, file: string): void {
  writePrivateFile(file, pem(key.privateKey));
}

/** Makes a new X25519 sealing key. */
export function createSealingKey(): SealingKey {
  const { privateKey } = generateKeyPairSync('x25519');
  return { publicKey: rawPublicKey(privateKey), privateKey };
}

/** Reads a sealing key from a PKCS #8 PEM file; throws like loadSigningKey. */
export function loadSealingKey(file: string): SealingKey {
  const privateKey = loadKey(file, 'x25519');
  return { publicKey: rawPublicKey(privateKey), privateKey };
}

/** Writes a sealing key as PKCS #8 PEM, mode 0600. */
export function saveSealingKey(key: SealingKey, file: string): void {
  writePrivateFile(file, pem(key.privateKey));
}
