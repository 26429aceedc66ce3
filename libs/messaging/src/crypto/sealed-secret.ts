import { createCipheriv, createDecipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { MessagingError } from '../errors.ts';

/** What a sealed secret is for: it opens for nothing else. */
export interface SecretContext {
  readonly runId: string;
  readonly endpointId: string;
  readonly name: string;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const spkiHeader = Buffer.from('302a300506032b656e032100', 'hex');

const rawPublicKey = (key: KeyObject): Buffer => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spkiHeader.length);

function publicKeyFrom(raw: Buffer): KeyObject {
  if (raw.length !== keyBytes) throw new MessagingError('invalid', 'a sealing key has 32 bytes');
  return createPublicKey({ key: Buffer.concat([spkiHeader, raw]), format: 'der', type: 'spki' });
}

const boundTo = ({ runId, endpointId, name }: SecretContext): Buffer => Buffer.from(['kanade.secret.v1', runId, endpointId, name].join('\n'));

/** Key and nonce for one message: the ephemeral key is of one use, so both may come from what was agreed. */
function derive(privateKey: KeyObject, publicKey: KeyObject, ephemeral: Buffer, recipient: Buffer): { key: Buffer; nonce: Buffer } {
  const agreed = diffieHellman({ privateKey, publicKey });
  const derived = Buffer.from(hkdfSync('sha256', agreed, Buffer.concat([ephemeral, recipient]), 'kanade.secret.v1', keyBytes + nonceBytes));
  return { key: derived.subarray(0, keyBytes), nonce: derived.subarray(keyBytes) };
}

/**
 * Seals bytes to an endpoint's X25519 key (base64url, raw): ephemeral X25519, HKDF-SHA-256, AES-256-GCM, bound to its context. The result is
 * base64url of ephemeral key, tag and ciphertext. Throws MessagingError `invalid` when the key is none anything can be sealed to.
 */
export function sealSecret(recipientKey: string, context: SecretContext, value: Uint8Array): string {
  const recipient = Buffer.from(recipientKey, 'base64url');
  const { privateKey } = generateKeyPairSync('x25519');
  const ephemeral = rawPublicKey(privateKey);
  try {
    const { key, nonce } = derive(privateKey, publicKeyFrom(recipient), ephemeral, recipient);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(context));
    const sealed = Buffer.concat([cipher.update(value), cipher.final()]);
    return Buffer.concat([ephemeral, cipher.getAuthTag(), sealed]).toString('base64url');
  } catch (error) {
    // Agreement with a key of small order fails too: an endpoint may claim any key.
    throw new MessagingError('invalid', 'nothing can be sealed to this key', { cause: error });
  }
}

/** Opens what was sealed to a key for exactly this context; throws MessagingError `invalid` for anything else. */
export function openSecret(privateKey: KeyObject, context: SecretContext, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  const ephemeral = bytes.subarray(0, keyBytes);
  const tag = bytes.subarray(keyBytes, keyBytes + tagBytes);
  try {
    const { key, nonce } = derive(privateKey, publicKeyFrom(ephemeral), ephemeral, rawPublicKey(privateKey));
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(boundTo(context)).setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(keyBytes + tagBytes)), decipher.final()]);
  } catch (error) {
    throw new MessagingError('invalid', 'the secret was sealed to another key, for something else, or was altered', { cause: error });
  }
}
