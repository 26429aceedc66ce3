import { parentPort, workerData } from 'node:worker_threads';
import { streams } from '@kanade/contracts';
import { LogDamagedError, connectCore, openEventLog, streamReader } from '@kanade/messaging';
import { foldedStreams } from '@kanade/read-models';
import type { FoldedStream } from '@kanade/read-models';
import { archiveFor } from '../archive/archive-for.ts';
import { recordReader } from '../archive/record-reader.ts';
import { pack } from './packed-batch.ts';
import type { ReadsMessage, ReadsRequest } from './reads-messages.ts';
import { Room } from './room.ts';
import { readWorkerSettings } from './worker-settings.ts';

/** How many bytes of one stream may wait to be folded; output chunks are large, and the memory is not. */
const maxAheadBytes = 3 * 1024 * 1024;
const batchSizes: Readonly<Record<FoldedStream, number>> = { events: 1000, output: 250, private: 100, metrics: 1000 };

const settings = readWorkerSettings(workerData);
const stopping = new AbortController();
const { signal } = stopping;
const room = { events: new Room(maxAheadBytes), output: new Room(maxAheadBytes), private: new Room(maxAheadBytes), metrics: new Room(maxAheadBytes) };
let begin: (folded: Readonly<Record<FoldedStream, number>>) => void = () => undefined;
const begun = new Promise<Readonly<Record<FoldedStream, number>>>((resolve) => {
  begin = resolve;
});
parentPort?.on('message', (request: ReadsRequest) => {
  switch (request.type) {
    case 'read':
      begin(request.folded);
      return;
    case 'folded':
      room[request.stream].give(request.bytes);
      return;
    case 'stop':
      stopping.abort();
      // It may never have been told where to begin.
      begin({ events: 0, output: 0, private: 0, metrics: 0 });
      return;
    default:
      request satisfies never;
  }
});
const post = (message: ReadsMessage, transferred: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transferred);

/** Reads one stream until it is told to end. */
async function read(stream: FoldedStream, folded: number): Promise<void> {
  const range = { fromSequence: folded + 1, signal, batchSize: batchSizes[stream] };
  const reader = stream === 'events'
    ? recordReader(core, archive, { ...range, onRepaired: ({ first, last }) => post({ type: 'repaired', first, last }) })
    : streamReader(core, { stream: streams[stream], ...range });
  for await (const messages of reader) {
    const batch = pack(stream, messages);
    post({ type: 'batch', batch }, [batch.bodies]);
    await room[stream].take(batch.bytes, signal);
  }
}

const core = await connectCore({ url: settings.natsUrl, credsFile: settings.credsFile, name: 'fold-reads' });
const archive = archiveFor(settings, await openEventLog(core));
const forget = core.onReconnect(() => post({ type: 'reconnected' }));
try {
  const folded = await begun;
  await Promise.all(foldedStreams.map((stream) => read(stream, folded[stream])));
} catch (error) {
  // The class is lost between threads, and it decides what is done about it.
  if (!(error instanceof LogDamagedError)) throw error;
  post({ type: 'damaged', damage: error.damage, message: error.message, details: error.details });
} finally {
  forget();
  stopping.abort();
  await core.close();
}
parentPort?.close();
