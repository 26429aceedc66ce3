import { sha256Hex } from '@kanade/messaging';
import type { StoredMessage } from '@kanade/messaging';
import { eventLeaf } from '@kanade/proof';

/** What an event is in the tree over the record: the same only for the same position, time, subject, headers and body. */
export function eventDigest(message: StoredMessage): string {
  return Buffer.from(eventLeaf({ ...message, bodyDigest: sha256Hex(message.body) })).toString('hex');
}
