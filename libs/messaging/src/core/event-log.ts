import { streams } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { continuesKey, incarnationKey, restoredKey } from '../broker/streams.ts';
import { MessagingError } from '../errors.ts';
import { expectationHeader, maxBatch, publishBatch } from '../wire/atomic-batch.ts';
import { getAll } from '../wire/batch-get.ts';
import { isBatchRefusal } from '../wire/failures.ts';
import { directGet, publishStored, streamState } from '../wire/jetstream.ts';
import { recordAt, textAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import type { StoredMessage } from '../wire/message.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { readExtent } from './record-extent.ts';
import type { AppendEntry, AppendResult, EventLog } from './types.ts';

const stream = streams.events;
const doing = 'append to the event log';

const sameBody = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

type Attempt = { readonly firstSequence: number } | { readonly conflict: number };

async function send(nc: NatsConnection, entries: readonly AppendEntry[]): Promise<Attempt> {
  const [only] = entries;
  if (only !== undefined && entries.length === 1) {
    const headers = { ...only.headers, [expectationHeader]: String(only.expectedLastSequence) };
    const outcome = await publishStored(nc, only.subject, only.body, headers);
    return 'conflict' in outcome ? outcome : { firstSequence: outcome.sequence };
  }
  const seen = new Set<string>();
  const batch = entries.map((entry) => {
    const again = seen.has(entry.subject);
    seen.add(entry.subject);
    return { ...entry, expectedLastSequence: again ? undefined : entry.expectedLastSequence };
  });
  return publishBatch(nc, batch, doing);
}

/** The first event of a subject behind the sequence its writer expected: the writer's own, if its append was stored. */
async function successor(nc: NatsConnection, entry: AppendEntry): Promise<StoredMessage | undefined> {
  return directGet(nc, stream, { seq: entry.expectedLastSequence + 1, next_by_subj: entry.subject });
}

/** Where these entries were stored although no acknowledgement came; undefined when they were not. */
async function readBack(nc: NatsConnection, entries: readonly AppendEntry[]): Promise<number | undefined> {
  const [first] = entries;
  if (first === undefined) return undefined;
  const found = await successor(nc, first);
  // Atomic: with the first all are stored, one after the other.
  return found !== undefined && sameBody(found.body, first.body) ? found.sequence : undefined;
}

async function appendOnce(nc: NatsConnection, entries: readonly AppendEntry[]): Promise<AppendResult> {
  const stored = (firstSequence: number): AppendResult => ({ outcome: 'stored', sequences: entries.map((_, index) => firstSequence + index) });
  let attempt: Attempt;
  try {
    attempt = await send(nc, entries);
  } catch (error) {
    if (!(error instanceof MessagingError) || error.code !== 'timeout') throw error;
    const found = await readBack(nc, entries);
    if (found === undefined) throw error;
    return stored(found);
  }
  if ('firstSequence' in attempt) return stored(attempt.firstSequence);
  // A retry of one's own success is answered like a foreign event.
  const found = await readBack(nc, entries);
  if (found !== undefined) return stored(found);
  for (const entry of entries) {
    const last = await directGet(nc, stream, entry.subject);
    const lastSequence = last?.sequence ?? 0;
    if (lastSequence !== entry.expectedLastSequence) return { outcome: 'conflict', subject: entry.subject, lastSequence };
  }
  throw new MessagingError('unavailable', `could not ${doing}: the expectation failed, but no other event is there`, { details: { subject: entries[0]?.subject } });
}

/**
 * One after the other, when the broker has no room for one more batch: somebody who holds many open must not stop the control plane. What is
 * stored when a later one fails stays; whoever asked decides again on what is there.
 */
async function appendSingly(nc: NatsConnection, entries: readonly AppendEntry[]): Promise<AppendResult> {
  const sequences: number[] = [];
  const lastOf = new Map<string, number>();
  for (const entry of entries) {
    const result = await appendOnce(nc, [{ ...entry, expectedLastSequence: lastOf.get(entry.subject) ?? entry.expectedLastSequence }]);
    if (result.outcome === 'conflict') {
      if (sequences.length === 0) return result;
      throw new MessagingError('unavailable', `could not ${doing}: somebody else wrote to ${result.subject} in between; try again`, { details: { subject: result.subject } });
    }
    sequences.push(...result.sequences);
    lastOf.set(entry.subject, result.sequences.at(-1) ?? 0);
  }
  return { outcome: 'stored', sequences };
}

async function appendPart(nc: NatsConnection, entries: readonly AppendEntry[]): Promise<AppendResult> {
  try {
    return await appendOnce(nc, entries);
  } catch (error) {
    if (!isBatchRefusal(error)) throw error;
    return appendSingly(nc, entries);
  }
}

/** Appends in atomic parts of at most 1,000; a later part expects what an earlier one left behind. */
async function append(nc: NatsConnection, entries: readonly AppendEntry[]): Promise<AppendResult> {
  const sequences: number[] = [];
  const lastOf = new Map<string, number>();
  for (let start = 0; start < entries.length; start += maxBatch) {
    const part = entries
      .slice(start, start + maxBatch)
      .map((entry) => ({ ...entry, expectedLastSequence: lastOf.get(entry.subject) ?? entry.expectedLastSequence }));
    const result = await appendPart(nc, part);
    if (result.outcome === 'conflict') return result;
    for (const [index, sequence] of result.sequences.entries()) {
      sequences.push(sequence);
      const subject = part[index]?.subject;
      if (subject !== undefined) lastOf.set(subject, sequence);
    }
  }
  return { outcome: 'stored', sequences };
}

function readContinues(metadata: JsonRecord): EventLog['continues'] {
  const [, incarnation, sequence] = /^([0-9a-f]{8}):(\d+)$/.exec(textAt(metadata, continuesKey)) ?? [];
  return incarnation === undefined ? null : { incarnation, sequence: Number(sequence) };
}

/** Opens the record; throws when the stream is not there or has no incarnation. */
export async function openEventLog(core: CoreConnection): Promise<EventLog> {
  const nc = wireOf(core);
  const look = async () => {
    const state = await streamState(nc, stream);
    if (state === undefined) throw new MessagingError('unavailable', `${stream} does not exist; start the broker with kanade`);
    return state;
  };
  const metadata = recordAt((await look()).config, 'metadata');
  const incarnation = textAt(metadata, incarnationKey);
  if (!/^[0-9a-f]{8}$/.test(incarnation)) throw new MessagingError('invalid', `${stream} has no incarnation`);
  const restored = metadata[restoredKey];
  return {
    incarnation,
    restoredAt: typeof restored === 'string' ? Number(restored) : null,
    continues: readContinues(metadata),
    lastSequence: async () => (await look()).lastSequence,
    firstSequence: async () => (await readExtent(nc, stream)).first,
    extent: (subject) => readExtent(nc, stream, subject),
    append: (entries) => append(nc, entries),
    readLast: (subject) => directGet(nc, stream, subject),
    get: async (sequence) => {
      const found = await directGet(nc, stream, { seq: sequence });
      // One that says that it lies elsewhere is damaged.
      return found?.sequence === sequence ? found : undefined;
    },
    readSubject: async (subject) => {
      const all: StoredMessage[] = [];
      for await (const batch of getAll(nc, stream, { from: 1, filter: subject })) all.push(...batch);
      return all;
    },
    read: (range) => getAll(nc, stream, { ...range, filter: '>' }),
  };
}
