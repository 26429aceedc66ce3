import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { ArchiveReader, describeSegment, examineArchive, readSeals, sealFault } from '@kanade/archive';
import type { Examination, StoredSeal } from '@kanade/archive';
import type { SealedSegment } from '@kanade/contracts';
import { openVerdicts } from '@kanade/read-models';
import { messageOf } from '../projections/fold-messages.ts';
import { readExamineRequest } from './examine-messages.ts';
import type { ExamineMessage, ExamineRequest, Listing, SealFault, Sealable } from './examine-messages.ts';

const { task, root, directory, incarnation, size, keys } = readExamineRequest(workerData);
const reader = new ArchiveReader(root, incarnation);

function list(): Listing {
  const seals = readSeals(root, incarnation).map(({ seal, signed }) => ({ seal, key: signed.key }));
  return { ranges: reader.ranges(), segments: reader.segmentParts(), seals };
}

/** Holds every event up to `size` against the tree of what was verified. */
function examine(): Examination {
  const verdicts = openVerdicts(directory);
  try {
    return examineArchive(reader, size, (sequence) => verdicts.subtrees(0, sequence - 1));
  } finally {
    verdicts.close();
  }
}

const faultOf = (stored: StoredSeal): SealFault[] => {
  const detail = sealFault(root, stored, keys);
  return detail === undefined ? [] : [{ size: stored.seal.size, detail }];
};

const describe = (): SealedSegment[] => reader.segmentParts(size).map((part) => describeSegment(root, part));

/** What a seal over the first events would say: the digests are those of the very files that were read. */
function seal(): Sealable {
  const segments = describe();
  const examination = examine();
  if (!isDeepStrictEqual(segments, describe())) throw new Error('a segment was changed while it was read; try again');
  return { examination, segments };
}

const answers: Readonly<Record<ExamineRequest['task'], () => ExamineMessage>> = {
  list: () => ({ task: 'list', listing: list() }),
  verify: () => ({ task: 'verify', examination: examine(), seals: readSeals(root, incarnation).flatMap(faultOf) }),
  seal: () => ({ task: 'seal', sealable: seal() }),
};

function answer(): ExamineMessage {
  try {
    return answers[task]();
  } catch (error) {
    return { task: 'failed', reason: messageOf(error) };
  }
}

parentPort?.postMessage(answer());
