import type { StoredMessage } from '@kanade/messaging';

/** Events as the stream keeps them; provided by whoever holds the connection. */
export abstract class RawEvents {
  abstract get(sequence: number): Promise<StoredMessage | undefined>;
}
