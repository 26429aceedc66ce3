import type { FoldedStream, StoredMessage } from './message.ts';

/** One message with the stream it came from. */
export interface Incoming {
  readonly stream: FoldedStream;
  readonly message: StoredMessage;
}

/** Messages read ahead per stream, each in the order of its sequences. */
export type Batches = Readonly<Partial<Record<FoldedStream, readonly StoredMessage[]>>>;

// On a tie a part comes before what names it: private parts and output before the event.
const order: readonly FoldedStream[] = ['private', 'output', 'events', 'metrics'];

/** All messages in the order the broker recorded them, so that output is folded beside the run it belongs to. */
export function mergeByTime(batches: Batches): Incoming[] {
  const lanes = order.flatMap((stream) => {
    const messages = batches[stream] ?? [];
    return messages.length === 0 ? [] : [{ stream, messages, next: 0 }];
  });
  const merged: Incoming[] = [];
  for (;;) {
    let first: (typeof lanes)[number] | undefined;
    let message: StoredMessage | undefined;
    for (const lane of lanes) {
      const candidate = lane.messages[lane.next];
      if (candidate !== undefined && (message === undefined || candidate.recordedAt < message.recordedAt)) {
        first = lane;
        message = candidate;
      }
    }
    if (first === undefined || message === undefined) return merged;
    first.next += 1;
    merged.push({ stream: first.stream, message });
  }
}
