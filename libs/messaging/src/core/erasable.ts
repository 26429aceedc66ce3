import type { NatsConnection } from '@nats-io/nats-core';
import { streams, subjects } from '@kanade/contracts';
import type { OutputStream } from '@kanade/contracts';
import { MessagingError } from '../errors.ts';
import { expectationHeader } from '../wire/atomic-batch.ts';
import { getAll } from '../wire/batch-get.ts';
import { directGet, publishStored } from '../wire/jetstream.ts';
import { deleteMessage } from './command-queue.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import type { OutputStore, PrivateParts, Samples } from './types.ts';

/** Deletes what lies on subjects that fit `filter` and was recorded until then (Unix ms); returns how many messages those were. */
async function eraseMatching(nc: NatsConnection, stream: string, filter: string, until = Number.MAX_SAFE_INTEGER): Promise<number> {
  let erased = 0;
  for await (const batch of getAll(nc, stream, { from: 1, filter })) {
    for (const { sequence, recordedAt } of batch) if (recordedAt <= until && (await deleteMessage(nc, stream, sequence))) erased += 1;
  }
  return erased;
}

/** Performance samples, as the backend may erase them. */
export function openSamples(core: CoreConnection): Samples {
  const nc = wireOf(core);
  return { eraseOf: (endpointId, until) => eraseMatching(nc, streams.metrics, subjects.metrics(endpointId), until) };
}

/** The private parts of events: stored before the event that names their digest, erasable for ever after. */
export function openPrivateParts(core: CoreConnection): PrivateParts {
  const nc = wireOf(core);
  const stream = streams.private;
  return {
    put: async (subject, body) => {
      const outcome = await publishStored(nc, subject, body, { [expectationHeader]: '0' });
      if (!('conflict' in outcome)) return;
      const found = await directGet(nc, stream, subject);
      if (found !== undefined && Buffer.compare(found.body, body) === 0) return;
      throw new MessagingError('refused', `another private part is stored on ${subject}`);
    },
    get: async (subject) => (await directGet(nc, stream, subject))?.body,
    erase: async (subject) => {
      const found = await directGet(nc, stream, subject);
      return found === undefined ? false : deleteMessage(nc, stream, found.sequence);
    },
    // Any event stands in for all: its token is left open.
    eraseOf: (endpointId, until) => eraseMatching(nc, stream, subjects.endpointPrivate(endpointId, 'event').replace(/event$/, '*'), until),
  };
}

/** What scripts printed, in chunks, as long as it is kept. */
export function openOutputStore(core: CoreConnection): OutputStore {
  const nc = wireOf(core);
  const stream = streams.output;
  // Chunk numbers stand in for all: the subject is the one of chunk 0 with its last token open.
  const filterOf = (endpointId: string, runId: string, outputStream: OutputStream) => subjects.output(endpointId, runId, outputStream, 0).replace(/0$/, '*');
  return {
    read: async function* (endpointId, runId, outputStream) {
      const filter = filterOf(endpointId, runId, outputStream);
      for await (const batch of getAll(nc, stream, { from: 1, filter })) yield* batch;
    },
    get: (sequence) => directGet(nc, stream, { seq: sequence }),
    eraseRun: (endpointId, runId, outputStream) => eraseMatching(nc, stream, filterOf(endpointId, runId, outputStream)),
  };
}
