import { headers } from '@kanade/contracts';
import { chainHash, sha256Hex, verifyBytes } from '@kanade/messaging';
import type { SigningKey, StoredMessage } from '@kanade/messaging';
import type { ChainPlace, EventOutbox, OutboxEvent } from './event-outbox.ts';

/** What the last event in the history says about ours. */
export type Verdict =
  /** The history has everything up to event `number` (0: nothing); sending goes on after it, expecting `expected`. */
  | { readonly kind: 'continue'; readonly through: OutboxEvent | undefined; readonly expected: number }
  /** The history was restored and lost what came after `number`, which the outbox still has. */
  | { readonly kind: 'rewind'; readonly after: number; readonly expected: number }
  /**
   * The history lost events the outbox no longer has (`resend: 'kept'`: the history lacks what was sent), or this machine is behind the
   * history: it lost its outbox, was set back to a snapshot or was cloned (`'unsent'`: what was sent is there). The chain begins anew.
   */
  | { readonly kind: 'open-epoch'; readonly epoch: number; readonly expected: number; readonly resend: 'kept' | 'unsent' }
  /** Somebody without this endpoint's signing key writes in its name. */
  | { readonly kind: 'conflict'; readonly detail: string };

const wholeNumber = /^[1-9][0-9]{0,15}$/;

/** The place in the chain a stored event claims, or `undefined` when it claims none. */
export function placeOf(message: StoredMessage): ChainPlace | undefined {
  const { [headers.epoch]: epoch, [headers.sequence]: sequence, [headers.previous]: previous } = message.headers;
  if (epoch === undefined || sequence === undefined || previous === undefined) return undefined;
  if (!wholeNumber.test(epoch) || !wholeNumber.test(sequence)) return undefined;
  const link = { subject: message.subject, epoch: Number(epoch), sequence: Number(sequence), previous };
  return { epoch: link.epoch, sequence: link.sequence, hash: chainHash({ ...link, bodyDigest: sha256Hex(message.body) }) };
}

const before = (a: ChainPlace, b: ChainPlace) => a.epoch < b.epoch || (a.epoch === b.epoch && a.sequence < b.sequence);

/** Where the record ends for this endpoint: its place in the chain, what the next append expects, and whether nobody but this endpoint can have written it. */
interface End {
  readonly place: ChainPlace;
  readonly expected: number;
  readonly isOwn: boolean;
}

/**
 * Compares where the record ends for this endpoint with the outbox; changes nothing. `last` is the last event of its subject. Where the stream has
 * none, `told` is where the backend says the chain ends in what was archived. `ownKey` tells an older or other self from a stranger.
 */
export function judge(last: StoredMessage | undefined, told: ChainPlace | undefined, outbox: EventOutbox, ownKey: Pick<SigningKey, 'publicKey'>): Verdict {
  if (last !== undefined) {
    const place = placeOf(last);
    if (!place) return { kind: 'conflict', detail: `event ${last.sequence} on ${last.subject} carries no chain` };
    return compare({ place, expected: last.sequence, isOwn: signedBy(ownKey, last, place) }, outbox);
  }
  // Who signed what was archived was looked at when it was written, and is told to operators.
  if (told !== undefined) return compare({ place: told, expected: 0, isOwn: true }, outbox);
  const oldest = outbox.oldest();
  if (!outbox.newestAcked() || !oldest) return { kind: 'continue', through: undefined, expected: 0 };
  return oldest.sequence === 1 ? { kind: 'rewind', after: 0, expected: 0 } : { kind: 'open-epoch', epoch: nextEpoch(outbox), expected: 0, resend: 'kept' };
}

function compare({ place, expected, isOwn }: End, outbox: EventOutbox): Verdict {
  const newestAcked = outbox.newestAcked();
  const oldest = outbox.oldest();
  const own = outbox.find(place.epoch, place.sequence);
  if (own?.hash === place.hash) {
    return newestAcked && own.number < newestAcked.number ? { kind: 'rewind', after: own.number, expected } : { kind: 'continue', through: own, expected };
  }
  if (!own && oldest && before(place, oldest)) {
    return oldest.previous === place.hash
      ? { kind: 'rewind', after: oldest.number - 1, expected }
      : { kind: 'open-epoch', epoch: nextEpoch(outbox, place), expected, resend: 'kept' };
  }
  // Nothing of ours was ever stored, yet the history knows this endpoint: the database was lost. Or our own key signed what we never wrote:
  // this machine was set back to a snapshot, or there are two of it.
  if (!newestAcked || isOwn) return { kind: 'open-epoch', epoch: nextEpoch(outbox, place), expected, resend: 'unsent' };
  return { kind: 'conflict', detail: `the history holds ${place.epoch}/${place.sequence}, which this agent never wrote and its key did not sign` };
}

/** The last event on a subject is the head of its batch, so it is signed. */
function signedBy(key: Pick<SigningKey, 'publicKey'>, message: StoredMessage, place: ChainPlace): boolean {
  const signature = message.headers[headers.signature];
  return signature !== undefined && verifyBytes(key.publicKey, place.hash, signature);
}

function nextEpoch(outbox: EventOutbox, place?: ChainPlace): number {
  return Math.max(outbox.head()?.epoch ?? 0, place?.epoch ?? 0) + 1;
}
