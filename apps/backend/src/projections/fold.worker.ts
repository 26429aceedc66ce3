import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { LogDamagedError, connectCore, openEventLog } from '@kanade/messaging';
import type { CoreConnection } from '@kanade/messaging';
import { ControlKeys, controlKeySubject } from '@kanade/proof';
import { HistoryMismatchError, deleteReadModel, isDamagedFile, openReadModel } from '@kanade/read-models';
import type { FoldedStream, ReadModel } from '@kanade/read-models';
import { archiveFor } from '../archive/archive-for.ts';
import { withArchive } from '../archive/archived-log.ts';
import { lostToFold } from '../archive/lost-record.ts';
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

/** Why a fold ended before it was told to. */
interface Broken {
  readonly reason: string;
  /** The stream has lost what was folded: the read model is to be kept. */
  readonly lost: boolean;
}

/** Folds until the end, or until the read model does not fit the history or is no database any more; then says why. */
async function foldOnce(core: CoreConnection): Promise<Broken | undefined> {
  const stream = await openEventLog(core);
  const archive = archiveFor(settings, stream);
  const log = withArchive(stream, archive);
  const reads = new StreamReads(settings);
  let model: ReadModel | undefined;
  try {
    const keys = new ControlKeys(settings.trust, await log.readSubject(controlKeySubject));
    model = openReadModel(file, { incarnation: log.incarnation, verifyControl: (message) => keys.refusal(message), restoredAt: log.restoredAt, kept: settings.kept });
    await checkHistory(core, log, model);
    tellOpened(model, log.incarnation);
    if (serves) model.serve();
    loop = new FoldLoop(reads, core, log, model, serves, post);
    if (limit !== undefined) loop.limitTo(limit);
    await loop.run(stopping.signal);
    return undefined;
  } catch (error) {
    const lost = await lostToFold(error, stream, archive);
    if (lost !== undefined) {
      // What was folded is still answered from.
      if (model !== undefined) tellOpened(model, log.incarnation);
      return { reason: lost, lost: true };
    }
    if (callsForRebuild(error)) return { reason: messageOf(error), lost: false };
    throw error;
  } finally {
    loop = undefined;
    post({ type: 'closing' });
    model?.close();
    await archive?.close();
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
  const { reason, lost } = broken;
  // Rebuilt and broken in the same place again: it is the stream that is damaged, and rebuilding once more would not mend it.
  if (lost || reason === lastDamage) {
    post({ type: lost ? 'lost' : 'damaged', reason });
    await sleep(damagedRetryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  } else {
    post({ type: 'mismatch', reason });
    deleteReadModel(file);
  }
  lastDamage = reason;
}
await core.close();
parentPort?.close();
