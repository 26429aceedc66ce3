import { parentPort, workerData } from 'node:worker_threads';
import type { StoredMessage } from '@kanade/messaging';
import { z } from 'zod';
import { messageOf } from '../projections/fold-messages.ts';
import { pack } from '../projections/packed-batch.ts';
import type { ArchiveReadsMessage, ArchiveReadsRequest, ArchiveRequest } from './archive-requests.ts';
import { openRecordArchive } from './record-archive.ts';

const continuation = z.strictObject({ incarnation: z.string(), through: z.number() });
const place = z.strictObject({ root: z.string(), directory: z.string(), incarnation: z.string(), continues: continuation.optional() }).parse(workerData);
const archive = openRecordArchive({ ...place, continues: place.continues });
const post = (message: ArchiveReadsMessage, transferred: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transferred);

const one = (message: StoredMessage | undefined): StoredMessage[] => (message === undefined ? [] : [message]);

async function eventsOf(request: Exclude<ArchiveRequest, { type: 'last' }>): Promise<StoredMessage[]> {
  switch (request.type) {
    case 'get':
      return one(await archive.get(request.sequence));
    case 'from':
      return archive.readFrom(request.position);
    case 'subject':
      return archive.readSubject(request.subject, request.ranges);
    case 'newest':
      return one(await archive.readLast(request.subject, request.ranges));
    default:
      return request satisfies never;
  }
}

async function answer(id: number, request: ArchiveRequest): Promise<void> {
  try {
    if (request.type === 'last') {
      post({ type: 'position', id, position: await archive.last() });
      return;
    }
    const batch = pack('events', await eventsOf(request));
    post({ type: 'events', id, batch }, [batch.bodies]);
  } catch (error) {
    post({ type: 'failed', id, reason: messageOf(error) });
  }
}

parentPort?.on('message', (request: ArchiveReadsRequest) => {
  switch (request.type) {
    case 'ask':
      void answer(request.id, request.request);
      return;
    case 'stop':
      void archive.close();
      parentPort?.close();
      return;
    default:
      request satisfies never;
  }
});
post({ type: 'ready' });
