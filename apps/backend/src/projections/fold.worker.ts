import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { LogDamagedError, connectCore, openEventLog } from '@kanade/messaging';
import type { CoreConnection } from '@kanade/messaging';
import { HistoryMismatchError, deleteReadModel, isDamagedFile, openReadModel } from '@kanade/read-models';
import type { ReadModel } from '@kanade/read-models';
import { ControlKeys, controlKeySubject } from './control-keys.ts';
import { FoldLoop } from './fold-loop.ts';
import { messageOf } from './fold-messages.ts';
import type { FoldMessage } from './fold-messages.ts';
import { checkHistory } from './history-check.ts';
import { StreamReads } from './stream-reads.ts';
import { readWorkerSettings } from './worker-settings.ts';

/** How long a damaged stream is left alone before it is read again: someone has to mend it. */
const damagedRetryMs = 15_000;

const settings = readWorkerSettings(workerData);
const post = (message: FoldMessage): void => parentPort?.postMessage(message);
const stopping = new AbortController();
parentPort?.on('message', () => stopping.abort());

function tellOpened(model: ReadModel, incarnation: string): void {
  const sequence = model.checkpoint('events')?.sequence ?? 0;
  const awaited = model.firstAwaited();
  post({ type: 'opened', file: model.file, incarnation, sequence, covered: awaited === null ? sequence : Math.min(sequence, awaited - 1) });
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
    model = openReadModel(settings.directory, { incarnation: log.incarnation, verifyControl: (message) => keys.refusal(message), restoredAt: log.restoredAt });
    await checkHistory(core, log, model);
    tellOpened(model, log.incarnation);
    await new FoldLoop(reads, core, log, model, post).run(stopping.signal);
    return undefined;
  } catch (error) {
    if (callsForRebuild(error)) return messageOf(error);
    throw error;
  } finally {
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
    deleteReadModel(settings.directory);
  }
  lastDamage = broken;
}
await core.close();
parentPort?.close();
