import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { LogDamagedError, connectCore, openEventLog } from '@kanade/messaging';
import type { CoreConnection } from '@kanade/messaging';
import { ControlKeys, controlKeySubject } from '@kanade/proof';
import { HistoryMismatchError, deleteReadModel, isDamagedFile, openReadModel } from '@kanade/read-models';
import type { FoldedStream, ReadModel } from '@kanade/read-models';
import { FoldLoop } from './fold-loop.ts';
import type { FoldLimit } from './fold-limit.ts';
import { messageOf } from './fold-messages.ts';
import type { FoldMessage, FoldRequest } from './fold-messages.ts';
import { checkHistory } from './history-check.ts';
import { StreamReads } from './stream-reads.ts';
import { readFoldSettings } from './worker-settings.ts';

/** How long a damaged stream is left alone before it is read again: someone has to mend it. */
const damagedRetryMs = 15_000;

const { worker: settings, file, serves: servesAtOnce } = readFoldSettings(workerData);
const post = (message: FoldMessage): void => parentPort?.postMessage(message);
const stopping = new AbortController();
let serves = servesAtOnce;
let limit: FoldLimit | undefined;
let loop: FoldLoop | undefined;
parentPort?.on('message', (request: FoldRequest) => {
  switch (request.type) {
    case 'limit':
      limit = request.limit;
      loop?.limitTo(limit);
      return;
    case 'serve':
      serves = true;
      loop?.serve();
      return;
    case 'stop':
      stopping.abort();
      return;
    default:
      request satisfies never;
  }
});

function tellOpened(model: ReadModel, incarnation: string): void {
  const folded = (stream: FoldedStream) => model.checkpoint(stream)?.sequence ?? 0;
  const sequence = folded('events');
  const awaited = model.firstAwaited();
  const covered = awaited === null ? sequence : Math.min(sequence, awaited - 1);
  post({ type: 'opened', incarnation, sequence, covered, folded: { events: sequence, output: folded('output'), private: folded('private'), metrics: folded('metrics') } });
}

/** Whether a fresh file, folded from the beginning, may mend it. */
const callsForRebuild = (error: unknown): boolean => error instanceof HistoryMismatchError || error instanceof LogDamagedError || isDamagedFile(error);

/** Folds until the end, or until the read model does not fit the history or is no database any more; then says why. */
async function foldOnce(core: CoreConnection): Promise<string | undefined> {
  const reads = new StreamReads(settings);
  let model: ReadModel | undefined;
  try {
    const log = await openEventLog(core);
    const keys = new ControlKeys(settings.trust, await log.readSubject(controlKeySubject));
    model = openReadModel(file, { incarnation: log.incarnation, verifyControl: (message) => keys.refusal(message), restoredAt: log.restoredAt });
    await checkHistory(core, log, model);
    tellOpened(model, log.incarnation);
    if (serves) model.serve();
    loop = new FoldLoop(reads, core, log, model, serves, post);
    if (limit !== undefined) loop.limitTo(limit);
    await loop.run(stopping.signal);
    return undefined;
  } catch (error) {
    if (callsForRebuild(error)) return messageOf(error);
    throw error;
  } finally {
    loop = undefined;
    post({ type: 'closing' });
    model?.close();
    await reads.stop();
  }
}

const core = await connectCore({ url: settings.natsUrl, credsFile: settings.credsFile, name: 'fold' });
let lastDamage: string | undefined;
while (!stopping.signal.aborted) {
  const broken = await foldOnce(core).catch((error: unknown) => {
    post({ type: 'failed', reason: messageOf(error) });
    throw error;
  });
  if (broken === undefined) break;
  // Rebuilt and broken in the same place again: it is the stream that is damaged, and rebuilding once more would not mend it.
  if (broken === lastDamage) {
    post({ type: 'damaged', reason: broken });
    await sleep(damagedRetryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  } else {
    post({ type: 'mismatch', reason: broken });
    deleteReadModel(file);
  }
  lastDamage = broken;
}
await core.close();
parentPort?.close();
