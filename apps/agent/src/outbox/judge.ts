import { headers } from '@kanade/contracts';
import { chainHash, sha256Hex } from '@kanade/messaging';
import type { StoredMessage } from '@kanade/messaging';
import type { ChainPlace, EventOutbox, OutboxEvent } from './event-outbox.ts';

/** What the last event in the history says about ours. */
export type Verdict =
  /** The history has everything up to event `number` (0: nothing); sending goes on after it, expecting `expected`. */
  | { readonly kind: 'continue'; readonly through: OutboxEvent | undefined; readonly expected: number }
  /** The history was restored and lost what came after `number`, which the outbox still has. */
  | { readonly kind: 'rewind'; readonly after: number; readonly expected: number }
  /** The history lost events the outbox no longer has, or this machine lost its outbox: the chain begins anew. */
  | { readonly kind: 'open-epoch'; readonly epoch: number; readonly expected: number }
  /** Somebody else writes in this endpoint's name. */
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

/** Compares the last event of the endpoint's subject with the outbox; changes nothing. */
export function judge(last: StoredMessage | undefined, outbox: EventOutbox): Verdict {
  const newestAcked = outbox.newestAcked();
  const oldest = outbox.oldest();
  if (!last) {
    if (!newestAcked || !oldest) return { kind: 'continue', through: undefined, expected: 0 };
    return oldest.sequence === 1 ? { kind: 'rewind', after: 0, expected: 0 } : { kind: 'open-epoch', epoch: nextEpoch(outbox), expected: 0 };
  }
  const place = placeOf(last);
  if (!place) return { kind: 'conflict', detail: `event ${last.sequence} on ${last.subject} carries no chain` };
  const own = outbox.find(place.epoch, place.sequence);
  if (own) return judgeOwn(own, place, last, newestAcked);
  if (oldest && before(place, oldest)) {
    return oldest.previous === place.hash
      ? { kind: 'rewind', after: oldest.number - 1, expected: last.sequence }
      : { kind: 'open-epoch', epoch: nextEpoch(outbox, place), expected: last.sequence };
  }
  // Nothing of ours was ever stored, yet the history knows this endpoint: the database was lost, and no other writer is needed to explain it.
  if (!newestAcked) return { kind: 'open-epoch', epoch: nextEpoch(outbox, place), expected: last.sequence };
  return { kind: 'conflict', detail: `the history holds ${place.epoch}/${place.sequence}, which this agent never wrote` };
}

function judgeOwn(own: OutboxEvent, place: ChainPlace, last: StoredMessage, newestAcked: OutboxEvent | undefined): Verdict {
  if (own.hash !== place.hash) {
    if (!newestAcked) return { kind: 'open-epoch', epoch: place.epoch + 1, expected: last.sequence };
    return { kind: 'conflict', detail: `the history holds another event as ${place.epoch}/${place.sequence} than this agent` };
  }
  return newestAcked && own.number < newestAcked.number
    ? { kind: 'rewind', after: own.number, expected: last.sequence }
    : { kind: 'continue', through: own, expected: last.sequence };
}

function nextEpoch(outbox: EventOutbox, place?: ChainPlace): number {
  return Math.max(outbox.head()?.epoch ?? 0, place?.epoch ?? 0) + 1;
}
