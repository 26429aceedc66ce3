import { chainStart, headers as names, parseEventSubject } from '@kanade/contracts';
import { parseControlEvent } from '@kanade/messages';
import { sha256Hex } from './digest.ts';
import { linkOf } from './link.ts';
import type { StoredMessage } from './message.ts';

/** An event of an endpoint that nobody can vouch for. */
export interface Invalid {
  readonly endpointId: string;
  readonly sequence: number;
  readonly reason: string;
}

/** Written by whoever held the endpoint before it got new keys, in the moment before they were cut off: no fault of the one that has it now. */
export const replacedKeyReason = 'the event is signed with a key that had been replaced';

export interface SignatureCheck {
  /** True when the signature (base64url) over a text is by the holder of a raw public key (base64url). */
  readonly verifySignature: (publicKey: string, text: string, signature: string) => boolean;
  /** The id of a public key. */
  readonly keyId: (publicKey: string) => string;
}

export interface JudgeOptions extends SignatureCheck {
  /** Says in English why a control event is not the backend's own, or `undefined` when its signature holds. */
  readonly verifyControl: (message: StoredMessage) => string | undefined;
}

/** An endpoint's chain as far as it is verified: the newest hash, and the first event no signature covers yet. */
export interface VerifiedHead {
  readonly hash: string;
  readonly uncoveredFrom: number | null;
}

/** What a judge remembers: every endpoint's key (base64url), its earlier ones, and how far its chain is verified. */
export interface JudgeMemory {
  signer(endpointId: string): string | undefined;
  pastSigners(endpointId: string): readonly string[];
  /** Its key from here on; the one before becomes one of the past. */
  saveSigner(endpointId: string, publicKey: string): void;
  head(endpointId: string): VerifiedHead | undefined;
  saveHead(endpointId: string, head: VerifiedHead): void;
}

/** Only the last event of an atomic batch is signed; the batch's own headers, kept by the broker, tell which that is. */
export const endsBatch = (headers: Readonly<Record<string, string>>): boolean =>
  headers['Nats-Batch-Id'] === undefined || headers['Nats-Batch-Commit'] !== undefined;

/** The endpoint a control event gives a signing key (base64url), with the key; undefined for every other event. */
export function readSigner({ subject, body }: Pick<StoredMessage, 'subject' | 'body'>): { readonly endpointId: string; readonly publicKey: string } | undefined {
  const writer = parseEventSubject(subject);
  if (writer?.kind !== 'control' || writer.aggregate !== 'endpoint') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString());
  } catch {
    // No JSON: the fold says so where it reads the event itself.
    return undefined;
  }
  const parsed = parseControlEvent(value);
  if (!parsed.ok || parsed.value.source !== `control/endpoint/${writer.id}`) return undefined;
  const { type, data } = parsed.value;
  // From here on only the new key counts: what the old one signs is the past’s, whoever still holds it.
  return type === 'kanade.endpoint.enrolled.v1' || type === 'kanade.endpoint.rekeyed.v1' ? { endpointId: data.endpointId, publicKey: data.signingKey } : undefined;
}

/** Why the signature of an endpoint's event does not hold, `undefined` when it does. */
export function signatureFault(
  { headers, hash, signer, pastSigners }: { readonly headers: Readonly<Record<string, string>>; readonly hash: string; readonly signer: string | undefined; readonly pastSigners: () => readonly string[] },
  { keyId, verifySignature }: SignatureCheck,
): string | undefined {
  const signature = headers[names.signature];
  if (signature === undefined) return 'the event is not signed';
  if (signer === undefined) return 'no key of this endpoint is known';
  if (headers[names.key] === keyId(signer)) return verifySignature(signer, hash, signature) ? undefined : 'the signature does not fit the event';
  const past = pastSigners().some((key) => headers[names.key] === keyId(key) && verifySignature(key, hash, signature));
  return past ? replacedKeyReason : 'the event names a key that is not this endpoint’s';
}

/** Judges events in order; a signed head vouches for every event that its chain links to since the head before. */
export function openJudge(memory: JudgeMemory, options: JudgeOptions) {
  const learnSigner = (message: StoredMessage): void => {
    const writer = parseEventSubject(message.subject);
    if (writer?.kind !== 'control' || writer.aggregate !== 'endpoint' || options.verifyControl(message) !== undefined) return;
    const signer = readSigner(message);
    if (signer !== undefined) memory.saveSigner(signer.endpointId, signer.publicKey);
  };

  /** What is found invalid by this event; `bodyDigest` where it is known already. */
  return (message: StoredMessage, bodyDigest?: string): Invalid[] => {
    const writer = parseEventSubject(message.subject);
    if (writer?.kind !== 'endpoint') {
      learnSigner(message);
      return [];
    }
    const { endpointId } = writer;
    const { sequence, headers } = message;
    const link = linkOf(message, () => bodyDigest ?? sha256Hex(message.body));
    if (link === undefined) return [{ endpointId, sequence, reason: 'the event does not say where it stands in its chain' }];
    const known = memory.head(endpointId);
    const linked = known === undefined || link.previous === known.hash || link.previous === chainStart;
    const uncovered = known?.uncoveredFrom ?? null;
    const found: Invalid[] = [];
    // What no signature covered before the chain broke stays without one for ever.
    if (uncovered !== null && (!linked || link.previous === chainStart)) found.push({ endpointId, sequence: uncovered, reason: 'no signature covers the event' });
    if (!endsBatch(headers)) {
      memory.saveHead(endpointId, { hash: link.hash, uncoveredFrom: linked ? (uncovered ?? sequence) : sequence });
      return found;
    }
    const reason = signatureFault({ headers, hash: link.hash, signer: memory.signer(endpointId), pastSigners: () => memory.pastSigners(endpointId) }, options);
    memory.saveHead(endpointId, { hash: link.hash, uncoveredFrom: null });
    return reason === undefined ? found : [...found, { endpointId, sequence, reason }];
  };
}
