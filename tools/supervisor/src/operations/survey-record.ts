import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArchiveDamagedError, ArchiveLacksError, leafOf, type ArchiveReader, type PositionRange } from '@kanade/archive';
import type { Checkpoint } from '@kanade/contracts';
import type { EventLog, StoredMessage } from '@kanade/messaging';
import { RightEdge, checkpointFault, type PublicSigningKey } from '@kanade/proof';
import { openVerdicts } from '@kanade/read-models';

/** What archive and stream hold of a history, together and each. */
export interface Survey {
  readonly incarnation: string;
  /** True when the stream is not the continuation of the archive that it should be. */
  readonly needed: boolean;
  /** Everything up to this position is in the archive or in the stream. */
  readonly kept: number;
  /** Everything up to this position is in the archive, as it was written. */
  readonly archivedThrough: number;
  /** What the stream should have and has not. */
  readonly missing: readonly PositionRange[];
  /** Positions at which the stream has another event than the archive, the first hundred. */
  readonly altered: readonly number[];
  /** Positions that were there once, and are nowhere any more; null when there are none. */
  readonly lost: PositionRange | null;
  /** From the first to the last event that is still there behind what is nowhere, or that does not go on from the archive: no history can be made with it. Null when there is none. */
  readonly behindGap: PositionRange | null;
  /** The newest checkpoint that what is kept was held against; null when there is none. */
  readonly provenThrough: number | null;
  /** How what is kept is not what was signed, in English; null when it is. */
  readonly contradiction: string | null;
}

export interface SurveySources {
  readonly archive: ArchiveReader;
  readonly log: EventLog;
  readonly checkpoints: readonly Checkpoint[];
  readonly keys: readonly PublicSigningKey[];
  /** Where the verifier's file lies. */
  readonly readModelDir: string;
}

interface Piece {
  readonly messages: readonly StoredMessage[];
  readonly source: 'archive' | 'stream';
}

const atOnce = 1000;
const mostNamed = 100;

/** Events from a position on, to the end of a block; none where the archive has nothing that it can vouch for. */
function fromArchive(archive: ArchiveReader, first: number): readonly StoredMessage[] {
  try {
    for (const messages of archive.read({ first, last: first + atOnce - 1 })) return messages;
    return [];
  } catch (error) {
    if (error instanceof ArchiveLacksError || error instanceof ArchiveDamagedError) return [];
    throw error;
  }
}

/** Events from a position on as far as they follow one another; none where the stream does not have it. */
async function fromStream(log: EventLog, first: number): Promise<readonly StoredMessage[]> {
  for await (const messages of log.read({ from: first, to: first + atOnce - 1 })) return messages.filter(({ sequence }, index) => sequence === first + index);
  return [];
}

/** True when the stream had other events than the archive up to a position: what comes then in the stream follows those. */
async function isAnother(archive: ArchiveReader, log: EventLog, position: number): Promise<boolean> {
  const [archived] = position === 0 ? [] : fromArchive(archive, position);
  const held = archived === undefined ? undefined : await log.get(position);
  return archived !== undefined && held !== undefined && !leafOf(archived).equals(leafOf(held));
}

/** Everything that is kept without a gap, from a position on: from the archive, and where that has nothing, from a stream that goes on from it. */
export async function* walkRecord(archive: ArchiveReader, log: EventLog, first: number): AsyncGenerator<Piece> {
  for (let next = first; ; ) {
    const archived = fromArchive(archive, next);
    const messages = archived.length > 0 || (await isAnother(archive, log, next - 1)) ? archived : await fromStream(log, next);
    if (messages.length === 0) return;
    yield { messages, source: archived.length > 0 ? 'archive' : 'stream' };
    next += messages.length;
  }
}

/** Looks at all of it, and changes nothing. */
export async function surveyRecord(sources: SurveySources): Promise<Survey> {
  const { archive, log, readModelDir } = sources;
  const held = await walkAll(sources);
  const { held: inStream, ...stream } = await lookAtStream(archive, log, held.kept);
  const [archiveEnd, streamEnd] = [archive.last(), await log.lastSequence()];
  const verified = verifiedThrough(readModelDir, log.incarnation);
  const end = Math.max(held.kept, archiveEnd, streamEnd, verified, signedThrough(sources));
  return {
    incarnation: log.incarnation,
    needed: stream.missing.length > 0 || stream.altered.length > 0 || streamEnd < end,
    ...held,
    ...stream,
    lost: held.kept < end ? { first: held.kept + 1, last: end } : null,
    behindGap: span([...inStream, ...archive.ranges().filter(({ last }) => last > held.kept)].map(({ first, last }) => ({ first: Math.max(first, held.kept + 1), last }))),
  };
}

/** How far any checkpoint of this history was signed. */
function signedThrough({ checkpoints, keys, log }: SurveySources): number {
  const own = checkpoints.filter(({ incarnation }) => incarnation === log.incarnation).sort((one, other) => other.size - one.size);
  return own.find((checkpoint) => checkpointFault(checkpoint, keys) === undefined)?.size ?? 0;
}

/** From the first to the last of some ranges. */
function span(ranges: readonly PositionRange[]): PositionRange | null {
  return ranges.length === 0 ? null : { first: Math.min(...ranges.map(({ first }) => first)), last: Math.max(...ranges.map(({ last }) => last)) };
}

/** What is kept, held against every checkpoint that was signed over it. */
async function walkAll({ archive, log, checkpoints, keys }: SurveySources): Promise<Pick<Survey, 'kept' | 'archivedThrough' | 'provenThrough' | 'contradiction'>> {
  const signed = new Map(checkpoints.filter(({ incarnation }) => incarnation === log.incarnation).map((one) => [one.size, one]));
  const edge = new RightEdge();
  let [archivedThrough, isArchived] = [0, true];
  let provenThrough: number | null = null;
  let contradiction: string | null = null;
  for await (const { messages, source } of walkRecord(archive, log, 1)) {
    isArchived &&= source === 'archive';
    for (const message of messages) {
      edge.append(leafOf(message));
      const checkpoint = signed.get(message.sequence);
      if (checkpoint === undefined || checkpointFault(checkpoint, keys) !== undefined) continue;
      if (Buffer.from(edge.root()).toString('hex') === checkpoint.root) provenThrough = checkpoint.size;
      else contradiction ??= `the first ${checkpoint.size} events are not those that were signed at ${checkpoint.time}`;
    }
    if (isArchived) archivedThrough = edge.size;
  }
  return { kept: edge.size, archivedThrough, provenThrough, contradiction };
}

/** What the stream should have and lacks, where it has other events than the archive, and what it has behind `kept`. */
async function lookAtStream(archive: ArchiveReader, log: EventLog, kept: number): Promise<Pick<Survey, 'missing' | 'altered'> & { readonly held: readonly PositionRange[] }> {
  const missing: PositionRange[] = [];
  const altered: number[] = [];
  const held: PositionRange[] = [];
  const { droppedThrough, last: end } = await log.extent();
  let next = 1;
  /** Everything up to `last` was to be there, but for what was dropped on purpose. */
  const demand = (last: number): void => {
    const first = Math.max(next, droppedThrough + 1);
    if (last >= first) missing.push({ first, last });
  };
  for await (const messages of log.read({ from: 1 })) {
    for (const message of messages) {
      demand(message.sequence - 1);
      next = message.sequence + 1;
      if (message.sequence > kept) held.splice(0, 1, { first: held[0]?.first ?? message.sequence, last: message.sequence });
    }
    const leaves = archivedLeaves(archive, messages);
    const differing = messages.filter((message) => leaves.get(message.sequence)?.equals(leafOf(message)) === false);
    altered.push(...differing.map(({ sequence }) => sequence).slice(0, Math.max(0, mostNamed - altered.length)));
  }
  demand(end);
  return { missing, altered, held };
}

/** The leaves that the archive's events have at the positions of these. */
function archivedLeaves(archive: ArchiveReader, messages: readonly StoredMessage[]): Map<number, Buffer> {
  const leaves = new Map<number, Buffer>();
  const last = messages.at(-1)?.sequence ?? 0;
  for (let next = messages[0]?.sequence ?? 1; next <= last; ) {
    const archived = fromArchive(archive, next);
    for (const message of archived) leaves.set(message.sequence, leafOf(message));
    next += Math.max(1, archived.length);
  }
  return leaves;
}

function verifiedThrough(directory: string, incarnation: string): number {
  if (!existsSync(join(directory, 'verifier.sqlite'))) return 0;
  const verdicts = openVerdicts(directory);
  try {
    const reached = verdicts.reached();
    return reached?.incarnation === incarnation ? reached.sequence : 0;
  } finally {
    verdicts.close();
  }
}
