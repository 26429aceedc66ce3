import { chainStart, headers as names, parseEventSubject } from '@kanade/contracts';
import { checkEvent } from '../fold/check-event.ts';
import { readLink } from '../fold/chain.ts';
import type { VerifyControl } from '../fold/fold-event.ts';
import type { StoredMessage } from '../fold/message.ts';
import type { openVerifierRows } from './rows.ts';

/** An event of an endpoint that nobody can vouch for. */
export interface Invalid {
  readonly endpointId: string;
  readonly sequence: number;
  readonly reason: string;
}

/** Written by whoever held the endpoint before it got new keys, in the moment before they were cut off: no fault of the one that has it now. */
export const replacedKeyReason = 'the event is signed with a key that had been replaced';

export interface JudgeOptions {
  readonly verifyControl: VerifyControl;
  /** True when the signature (base64url) over a text is by the holder of a raw public key (base64url). */
  readonly verifySignature: (publicKey: string, text: string, signature: string) => boolean;
  /** The id of a public key. */
  readonly keyId: (publicKey: string) => string;
}

/** Only the last event of an atomic batch is signed; the batch's own headers, kept by the broker, tell which that is. */
const endsBatch = (headers: Readonly<Record<string, string>>): boolean =>
  headers['Nats-Batch-Id'] === undefined || headers['Nats-Batch-Commit'] !== undefined;

/** Judges events in order; a signed head vouches for every event that its chain links to since the head before. */
export function openJudge(rows: ReturnType<typeof openVerifierRows>, options: JudgeOptions) {
  const learnSigner = (message: StoredMessage): void => {
    const writer = parseEventSubject(message.subject);
    if (writer?.kind !== 'control' || writer.aggregate !== 'endpoint' || options.verifyControl(message) !== undefined) return;
    const checked = checkEvent(writer, message);
    if (!checked.ok) return;
    const { type, data } = checked.event;
    // From here on only the new key counts: what the old one signs is the past’s, whoever still holds it.
    if (type === 'kanade.endpoint.enrolled.v1' || type === 'kanade.endpoint.rekeyed.v1') rows.saveSigner(data.endpointId, data.signingKey);
  };

  const wrongSignature = (endpointId: string, hash: string, headers: Readonly<Record<string, string>>): string | undefined => {
    const signature = headers[names.signature];
    if (signature === undefined) return 'the event is not signed';
    const publicKey = rows.signer(endpointId);
    if (publicKey === undefined) return 'no key of this endpoint is known';
    if (headers[names.key] !== options.keyId(publicKey)) {
      const past = rows.pastSigners(endpointId).some((key) => headers[names.key] === options.keyId(key) && options.verifySignature(key, hash, signature));
      return past ? replacedKeyReason : 'the event names a key that is not this endpoint’s';
    }
    return options.verifySignature(publicKey, hash, signature) ? undefined : 'the signature does not fit the event';
  };

  return (message: StoredMessage): Invalid[] => {
    const writer = parseEventSubject(message.subject);
    if (writer?.kind !== 'endpoint') {
      learnSigner(message);
      return [];
    }
    const { endpointId } = writer;
    const { sequence } = message;
    const link = readLink(message);
    if (link === undefined) return [{ endpointId, sequence, reason: 'the event does not say where it stands in its chain' }];
    const known = rows.head(endpointId);
    const linked = known === undefined || link.previous === known.hash || link.previous === chainStart;
    const uncovered = known?.uncoveredFrom ?? null;
    const found: Invalid[] = [];
    // What no signature covered before the chain broke stays without one for ever.
    if (uncovered !== null && (!linked || link.previous === chainStart)) found.push({ endpointId, sequence: uncovered, reason: 'no signature covers the event' });
    if (!endsBatch(message.headers)) {
      rows.saveHead(endpointId, { hash: link.hash, uncoveredFrom: linked ? (uncovered ?? sequence) : sequence });
      return found;
    }
    const reason = wrongSignature(endpointId, link.hash, message.headers);
    rows.saveHead(endpointId, { hash: link.hash, uncoveredFrom: null });
    return reason === undefined ? found : [...found, { endpointId, sequence, reason }];
  };
}
