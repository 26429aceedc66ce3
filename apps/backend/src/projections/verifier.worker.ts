import { parentPort, workerData } from 'node:worker_threads';
import { LogDamagedError, connectCore, keyId, openEventLog, verifyBytes } from '@kanade/messaging';
import type { EventLog } from '@kanade/messaging';
import { ControlKeys, controlKeySubject } from '@kanade/proof';
import { deleteVerifier, isDamagedFile, openVerifier } from '@kanade/read-models';
import type { Verifier, VerifierOptions } from '@kanade/read-models';
import { archiveFor } from '../archive/archive-for.ts';
import { withArchive } from '../archive/archived-log.ts';
import { lostRecord, lostToFold } from '../archive/lost-record.ts';
import { recordReader } from '../archive/record-reader.ts';
import { messageOf } from './fold-messages.ts';
import type { VerifierMessage } from './fold-messages.ts';
import { readWorkerSettings } from './worker-settings.ts';

const tickMs = 1000;

const settings = readWorkerSettings(workerData);
const post = (message: VerifierMessage): void => parentPort?.postMessage(message);
const stopping = new AbortController();
parentPort?.on('message', () => stopping.abort());

const options = (incarnation: string): VerifierOptions => ({
  incarnation,
  verifyControl: (message) => keys.refusal(message),
  verifySignature: verifyBytes,
  keyId,
});

/** Opens the file of this history; one of another history is of no use. */
async function open(log: EventLog): Promise<Verifier> {
  let verifier: Verifier;
  try {
    verifier = openVerifier(settings.directory, options(log.incarnation));
  } catch (error) {
    if (!isDamagedFile(error)) throw error;
    deleteVerifier(settings.directory);
    verifier = openVerifier(settings.directory, options(log.incarnation));
  }
  if (verifier.sameHistory && verifier.checkpoint <= (await log.lastSequence())) return verifier;
  verifier.close();
  await refuseLost(verifier.sameHistory);
  deleteVerifier(settings.directory);
  return openVerifier(settings.directory, options(log.incarnation));
}

/** What was verified is right when it is the stream that lost something: throws then, to look again later. */
async function refuseLost(sameHistory: boolean): Promise<void> {
  const lost = sameHistory && archive !== undefined ? await lostRecord(stream, archive) : undefined;
  if (lost !== undefined) throw new Error(lost);
}

async function verify(log: EventLog, verifier: Verifier): Promise<void> {
  let end = await log.lastSequence();
  const tell = (): void => post({ type: 'verified', sequence: verifier.checkpoint, lagEvents: Math.max(0, end - verifier.checkpoint), invalidCount: verifier.invalidCount() });
  const look = async (): Promise<void> => {
    end = await log.lastSequence();
    tell();
  };
  const ticking = setInterval(() => void look().catch(() => undefined), tickMs);
  tell();
  try {
    // A head costs a tenth of a millisecond: small batches keep the thread answering.
    const reader = recordReader(core, archive, { fromSequence: verifier.checkpoint + 1, signal: stopping.signal, batchSize: 200 });
    for await (const batch of reader) {
      // It looks only at events about endpoints by itself.
      for (const message of batch) if (message.subject === controlKeySubject) keys.refusal(message);
      const invalid = verifier.verify(batch);
      tell();
      if (invalid.length > 0) post({ type: 'invalid', invalid });
    }
  } finally {
    clearInterval(ticking);
  }
}

const core = await connectCore({ url: settings.natsUrl, credsFile: settings.credsFile, name: 'verifier' });
const stream = await openEventLog(core);
const archive = archiveFor(settings, stream);
const log = withArchive(stream, archive);
const keys = new ControlKeys(settings.trust, await log.readSubject(controlKeySubject));
const verifier = await open(log);
post({ type: 'opened' });
try {
  await verify(log, verifier);
} catch (error) {
  post({ type: 'failed', reason: messageOf(error) });
  // Another history: begin again from what is there. What is missing further on says nothing of what was verified.
  const isAnother = error instanceof LogDamagedError && error.damage !== 'gap' && (await lostToFold(error, stream, archive)) === undefined;
  if (isAnother) deleteVerifier(settings.directory);
  throw error;
} finally {
  verifier.close();
  await archive?.close();
}
await core.close();
parentPort?.close();
