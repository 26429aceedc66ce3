import { parentPort, workerData } from 'node:worker_threads';
import { connectCore, openEventLog } from '@kanade/messaging';
import { z } from 'zod';
import { ArchiveWatch } from './archive-watch.ts';
import type { ArchiverMessage } from './archiver-messages.ts';
import { RecordCopier } from './record-copier.ts';

const settings = z.strictObject({ natsUrl: z.string(), credsFile: z.string(), root: z.string() }).parse(workerData);
const post = (message: ArchiverMessage): void => parentPort?.postMessage(message);
const stopping = new AbortController();
parentPort?.on('message', () => stopping.abort());

const core = await connectCore({ url: settings.natsUrl, credsFile: settings.credsFile, name: 'archiver' });
try {
  const log = await openEventLog(core);
  const copier = new RecordCopier({
    core, log, root: settings.root,
    onState: (state) => {
      if (state.end < state.position) watch.wake();
      post({ type: 'state', state, comparison: watch.known });
    },
  });
  const watch = new ArchiveWatch({ core, log, reader: copier.reader, restore: (blocks) => copier.restore(blocks) });
  await Promise.all([copier.run(stopping.signal), watch.run(stopping.signal)]);
} finally {
  await core.close();
}
parentPort?.close();
