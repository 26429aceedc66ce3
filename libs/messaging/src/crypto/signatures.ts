import { sign } from 'node:crypto';
import { headers as names, signedText } from '@kanade/contracts';
import type { SigningPurpose } from '@kanade/contracts';
import { sha256Hex } from '@kanade/proof';
import type { SigningKey } from './keys.ts';

/** Ed25519 signature (base64url) over the UTF-8 of `text`. */
export function signBytes(key: SigningKey, text: string): string {
  return sign(null, Buffer.from(text), key.privateKey).toString('base64url');
}

/** The `Kanade-Signature` and `Kanade-Key` headers of a message that is not an endpoint event. */
export function signMessage(key: SigningKey, purpose: SigningPurpose, subject: string, body: Uint8Array): Record<string, string> {
  return { [names.signature]: signBytes(key, signedText(purpose, subject, sha256Hex(body))), [names.key]: key.id };
}
