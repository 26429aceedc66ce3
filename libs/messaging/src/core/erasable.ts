import { streams, subjects } from '@kanade/contracts';
import { MessagingError } from '../errors.ts';
import { expectationHeader } from '../wire/atomic-batch.ts';
import { getAll } from '../wire/batch-get.ts';
import { directGet, publishStored } from '../wire/jetstream.ts';
import { deleteMessage } from './command-queue.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import type { OutputStore, PrivateParts } from './types.ts';

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
  };
}

/** What scripts printed, in chunks, as long as it is kept. */
export function openOutputStore(core: CoreConnection): OutputStore {
  const nc = wireOf(core);
  const stream = streams.output;
  return {
    read: async function* (endpointId, runId, outputStream) {
      // Chunk numbers stand in for all: the subject is the one of chunk 0 with its last token open.
      const filter = subjects.output(endpointId, runId, outputStream, 0).replace(/0$/, '*');
      for await (const batch of getAll(nc, stream, { from: 1, filter })) yield* batch;
    },
    get: (sequence) => directGet(nc, stream, { seq: sequence }),
    erase: async (sequences) => {
      let erased = 0;
      for (const sequence of sequences) if (await deleteMessage(nc, stream, sequence)) erased += 1;
      return erased;
    },
  };
}
