import { createInbox } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/nats-core';
import { MessagingError } from '../errors.ts';
import { inboxOf } from './inbox.ts';
import { readStatus } from './headers.ts';
import { requestTimeoutMs, storedFromDirect } from './jetstream.ts';
import { listen } from './listen.ts';
import type { StoredMessage } from './message.ts';

/** What to read: messages from `from` on whose subject fits `filter`, at most `count` of them. */
export interface BatchQuery {
  readonly from: number;
  readonly filter: string;
  readonly count: number;
}

// More than this and a client that is busy for a moment is cut off as a slow consumer.
const maxBytes = 4 * 1024 * 1024;

/** One batched direct get, which needs no consumer; empty at the stream's end. It may hold fewer than `count` with more to come. */
export function getBatch(nc: NatsConnection, stream: string, query: BatchQuery): Promise<StoredMessage[]> {
  return new Promise((resolve, reject) => {
    const messages: StoredMessage[] = [];
    const doing = `read from ${stream}`;
    const inbox = createInbox(inboxOf(nc));
    const finish = (failure?: MessagingError): void => {
      clearTimeout(timer);
      stop();
      if (failure === undefined) resolve(messages);
      else reject(failure);
    };
    const silent = () => finish(new MessagingError('timeout', `could not ${doing}: no answer`));
    let timer = setTimeout(silent, requestTimeoutMs);
    const stop = listen(nc, inbox, {
      onMessage: (message) => {
        const stored = storedFromDirect(message);
        if (stored !== undefined) {
          messages.push(stored);
          clearTimeout(timer);
          timer = setTimeout(silent, requestTimeoutMs);
          return;
        }
        const { code, description } = readStatus(message.block);
        if (code === 204 || code === 404) finish();
        else if (code === 503) finish(new MessagingError('unavailable', `could not ${doing}: the stream does not answer`));
        else finish(new MessagingError('refused', `could not ${doing}: ${description} (${code})`));
      },
      onError: (error) => finish(new MessagingError('disconnected', `could not ${doing}: ${error.message}`, { cause: error })),
    });
    const body = { seq: Math.max(1, query.from), next_by_subj: query.filter, batch: query.count, max_bytes: maxBytes };
    nc.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(body), { reply: inbox });
  });
}

/** All messages from `from` on whose subject fits `filter`, in batches of at most 1,000, up to the sequence `to` when given. */
export async function* getAll(nc: NatsConnection, stream: string, range: { from: number; to?: number; filter: string }): AsyncGenerator<StoredMessage[]> {
  let next = range.from;
  while (range.to === undefined || next <= range.to) {
    const batch = await getBatch(nc, stream, { from: next, filter: range.filter, count: 1000 });
    if (batch.length === 0) return;
    const from = next;
    // A damaged message may say that it lies elsewhere: whoever followed it back would read the same for ever.
    const ordered = batch.filter(({ sequence }) => {
      if (sequence < next) return false;
      next = sequence + 1;
      return true;
    });
    const { to } = range;
    const wanted = to === undefined ? ordered : ordered.filter(({ sequence }) => sequence <= to);
    if (wanted.length > 0) yield wanted;
    next = Math.max(next, from + 1);
  }
}
