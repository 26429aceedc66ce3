import { headers as names, isSubjectToken } from '@kanade/contracts';
import type { SigningPurpose } from '@kanade/contracts';
import { verifyMessage } from '@kanade/messaging';
import type { Keyset } from '@kanade/messages';

/**
 * Why a message is not believed: nobody signed it; by a key that nobody vouches for, or not yet; by one that counts no more; not this very text;
 * this very text, but for another endpoint.
 */
export type SignatureFault = 'unsigned' | 'key-unknown' | 'key-retired' | 'signature-invalid' | 'foreign-recipient';

interface SignedThing {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface Expected {
  readonly keyset: Keyset;
  readonly use: Keyset['keys'][number]['use'];
  /** The backend's time, Unix ms. */
  readonly now: number;
  readonly purpose: SigningPurpose;
  /** The subject a message for an endpoint is signed for. */
  readonly subjectOf: (endpointId: string) => string;
  readonly endpointId: string;
  /** Whom the message itself says that it is for, as far as it can be read. */
  readonly recipient: string | undefined;
}

/** What is wrong with a message's signature, in a code and English; undefined when a key for this use made it for this endpoint. */
export function signatureFault(
  { keyset, use, now, purpose, subjectOf, endpointId, recipient }: Expected,
  message: SignedThing,
): { readonly code: SignatureFault; readonly message: string } | undefined {
  const id = message.headers[names.key];
  if (id === undefined || message.headers[names.signature] === undefined) return { code: 'unsigned', message: 'nobody signed it' };
  const key = keyset.keys.find((candidate) => candidate.use === use && candidate.id === id);
  if (key === undefined || now < Date.parse(key.validFrom)) return { code: 'key-unknown', message: `it is signed by ${id}, a key that is not known here for that` };
  const fits = (recipientId: string) => verifyMessage([key], purpose, subjectOf(recipientId), message.body, message.headers).ok;
  if (!fits(endpointId)) {
    const isForAnother = recipient !== undefined && isSubjectToken(recipient) && recipient !== endpointId && fits(recipient);
    return isForAnother ? { code: 'foreign-recipient', message: 'it is meant for another endpoint' } : { code: 'signature-invalid', message: 'the signature does not fit the message' };
  }
  if (Date.parse(key.validUntil) <= now) return { code: 'key-retired', message: `it is signed by ${id}, a key that counts no more since ${key.validUntil}` };
  return undefined;
}
