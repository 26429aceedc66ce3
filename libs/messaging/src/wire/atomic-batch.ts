import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/nats-core';
import { MessagingError } from '../errors.ts';
import { apiError } from './failures.ts';
import { failureOf, isConflict, lastSequenceIn, request, toHeaders } from './jetstream.ts';
import { numberAt, parseRecord } from './json.ts';
import type { OutgoingMessage } from './message.ts';

/** The largest atomic batch JetStream takes. */
export const maxBatch = 1000;
export const expectationHeader = 'Nats-Expected-Last-Subject-Sequence';

export interface BatchEntry extends OutgoingMessage {
  readonly subject: string;
  /** Undefined for a subject this batch has already written to: its expectation would always fail. */
  readonly expectedLastSequence: number | undefined;
}

export type BatchOutcome = { readonly firstSequence: number } | { readonly conflict: number };

/**
 * Stores all entries or none, in order, one after the other in the stream. Sent raw: the client library hides what the server says when it
 * refuses. At most 1,000 entries; a failed expectation is an outcome, all else throws.
 */
export async function publishBatch(nc: NatsConnection, entries: readonly BatchEntry[], doing: string): Promise<BatchOutcome> {
  const id = randomUUID();
  const last = entries.at(-1);
  if (last === undefined || entries.length > maxBatch) throw new MessagingError('invalid', `a batch holds 1 to ${maxBatch} entries`);
  const headersOf = (entry: BatchEntry, index: number): Record<string, string> => ({
    ...entry.headers,
    'Nats-Batch-Id': id,
    'Nats-Batch-Sequence': String(index + 1),
    ...(entry.expectedLastSequence === undefined ? {} : { [expectationHeader]: String(entry.expectedLastSequence) }),
  });
  for (const [index, entry] of entries.slice(0, -1).entries()) {
    nc.publish(entry.subject, entry.body, { headers: toHeaders(headersOf(entry, index)) });
  }
  const headers = { ...headersOf(last, entries.length - 1), 'Nats-Batch-Commit': '1' };
  const reply = await request(nc, last.subject, last.body, doing, { headers, timeoutMs: 10_000 });
  const answer = parseRecord(reply.body, 'the acknowledgement of a batch');
  const failure = failureOf(answer);
  if (failure === undefined) return { firstSequence: numberAt(answer, 'seq') - entries.length + 1 };
  if (isConflict(failure)) return { conflict: lastSequenceIn(failure) };
  throw apiError(failure, doing);
}
