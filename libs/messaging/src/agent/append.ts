import { streams, subjects } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { MessagingError } from '../errors.ts';
import { expectationHeader, maxBatch, publishBatch } from '../wire/atomic-batch.ts';
import { isBatchRefusal } from '../wire/failures.ts';
import { directGet, publishStored } from '../wire/jetstream.ts';
import type { OutgoingMessage, StoredMessage } from '../wire/message.ts';
import type { AgentAppendResult } from './types.ts';

/** Up to here single publishes are faster than a batch, which costs the broker four fsyncs. */
const singlesUpTo = 15;

const sameBody = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/** The last event of the endpoint's own subject. */
export function readLastEvent(nc: NatsConnection, endpointId: string): Promise<StoredMessage | undefined> {
  return directGet(nc, streams.events, subjects.endpointEvents(endpointId));
}

type Step = { readonly stored: number; readonly lastSequence: number } | 'conflict';

async function publishSingle(nc: NatsConnection, subject: string, entries: readonly OutgoingMessage[], expected: number): Promise<Step> {
  const [first] = entries;
  if (first === undefined) return { stored: 0, lastSequence: expected };
  const outcome = await publishStored(nc, subject, first.body, { ...first.headers, [expectationHeader]: String(expected) });
  return 'conflict' in outcome ? 'conflict' : { stored: 1, lastSequence: outcome.sequence };
}

async function publishPart(nc: NatsConnection, subject: string, entries: readonly OutgoingMessage[], expected: number): Promise<Step> {
  const part = entries.slice(0, maxBatch).map((entry, index) => ({ ...entry, subject, expectedLastSequence: index === 0 ? expected : undefined }));
  const outcome = await publishBatch(nc, part, 'append events');
  return 'conflict' in outcome ? 'conflict' : { stored: part.length, lastSequence: outcome.firstSequence + part.length - 1 };
}

/**
 * Appends to the endpoint's own subject: singly, or above 15 as atomic batches of at most 1,000; singly too when the broker is short of
 * room for batches, which somebody may have used up. After a lost acknowledgement or a failed
 * expectation the last event tells how far an earlier try came; a last event that is none of these is a conflict.
 */
export async function appendEvents(
  nc: NatsConnection,
  endpointId: string,
  entries: readonly OutgoingMessage[],
  expectedLastSequence: number,
): Promise<AgentAppendResult> {
  const subject = subjects.endpointEvents(endpointId);
  let done = 0;
  let last = expectedLastSequence;
  let batches = true;
  while (done < entries.length) {
    let step: Step;
    let lost: MessagingError | undefined;
    const rest = entries.slice(done);
    try {
      step = await (batches && rest.length > singlesUpTo ? publishPart : publishSingle)(nc, subject, rest, last);
    } catch (error) {
      if (batches && isBatchRefusal(error)) {
        batches = false;
        continue;
      }
      if (!(error instanceof MessagingError) || error.code !== 'timeout') throw error;
      step = 'conflict';
      lost = error;
    }
    if (step !== 'conflict') {
      done += step.stored;
      last = step.lastSequence;
      continue;
    }
    const found = await readLastEvent(nc, endpointId);
    const index = found === undefined ? -1 : entries.findIndex(({ body }) => sameBody(body, found.body));
    if (found !== undefined && index >= done) {
      done = index + 1;
      last = found.sequence;
      continue;
    }
    if ((found?.sequence ?? 0) !== last) return { outcome: 'conflict', last: found };
    throw lost ?? new MessagingError('unavailable', 'could not append events: the expectation failed, but no other event is there');
  }
  return { outcome: 'stored', lastSequence: last };
}
