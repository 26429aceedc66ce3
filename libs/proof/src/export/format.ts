import { signingPurposes } from '@kanade/contracts';
import type { Checkpoint, SignedKeyset } from '@kanade/contracts';
import { readHash, writeHash } from '../checkpoint.ts';
import { pathTo } from '../merkle.ts';
import type { Subtrees } from '../merkle.ts';
import type { StoredMessage } from '../message.ts';

/** The name of the format, in the first line of every export. */
export const exportFormat = 'kanade.export.v1';

/** So many events stand between two lines that prove them: a whole tile of the tree, so that a path is as short as can be. */
export const blockEvents = 256;

/** What events an export has, beside those of its range; empty for all of them. */
export interface ExportFilter {
  readonly endpointId?: string | undefined;
  readonly executionId?: string | undefined;
  readonly type?: string | undefined;
  readonly principal?: string | undefined;
}

/** What an export is of: every event from after `start` to `until` that the filter lets through, in the history of the checkpoint. */
export interface ExportScope {
  readonly checkpoint: Checkpoint;
  readonly filter: ExportFilter;
  readonly start: number;
  readonly until: number;
}

/** The first line. */
export interface HeadLine extends ExportScope {
  readonly kind: 'head';
  readonly format: typeof exportFormat;
  readonly exportedAt: string;
  readonly keyset: SignedKeyset;
}

/** Before each block of an export of everything: the leaf hashes (base64url, one after the other) of a tile of the tree from a position on, and its path to the root. */
export interface LeavesLine {
  readonly kind: 'leaves';
  readonly from: number;
  readonly hashes: string;
  readonly path: readonly string[];
}

/** An event; `key` lines are no part of what was asked for, but tell the keys it is checked with, or that it was erased. */
export interface EventLine {
  readonly kind: 'event' | 'key';
  readonly position: number;
  readonly recordedAt: string;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's exact text; one that is no UTF-8 is in `base64` instead, and one that was erased has its digest only. */
  readonly body?: string | undefined;
  readonly base64?: string | undefined;
  readonly erasedDigest?: string | undefined;
  /** Where the leaves are not in a line of their own: the hashes from its leaf to the root. */
  readonly path?: readonly string[] | undefined;
}

/** After each block of a filtered export: which positions it has, signed by the checkpoint key, so that nothing can be left out unnoticed. */
export interface BlockLine {
  readonly kind: 'block';
  /** The last position of the block before, or the start. */
  readonly after: number;
  readonly positions: readonly number[];
  readonly signature: string;
}

/** The last line: nothing more belongs into the export; signed by the checkpoint key. */
export interface EndLine {
  readonly kind: 'end';
  /** The last position in it, or the start. */
  readonly after: number;
  readonly signature: string;
}

export type ExportLine = HeadLine | LeavesLine | EventLine | BlockLine | EndLine;

/** True for an export of every event of its range. */
export const isUnfiltered = ({ endpointId, executionId, type, principal }: ExportFilter): boolean =>
  endpointId === undefined && executionId === undefined && type === undefined && principal === undefined;

/** The text that is signed of a block (with its positions) or of the end (with none). */
export function exportText({ checkpoint, filter, start, until }: ExportScope, part: 'block' | 'end', after: number, positions: readonly number[]): string {
  const { incarnation, size, root } = checkpoint;
  const chosen = [filter.endpointId ?? null, filter.executionId ?? null, filter.type ?? null, filter.principal ?? null];
  return JSON.stringify([signingPurposes.export, incarnation, size, root, chosen, start, until, part, after, positions]);
}

/** The leaves line of the tile that holds a position. */
export function leavesLine(subtrees: Subtrees, position: number, size: number): LeavesLine {
  const start = Math.floor((position - 1) / blockEvents) * blockEvents;
  const end = Math.min(size, start + blockEvents);
  const hashes = Buffer.concat(Array.from({ length: end - start }, (_, index) => subtrees(0, start + index)));
  return { kind: 'leaves', from: start + 1, hashes: hashes.toString('base64url'), path: pathTo(subtrees, { start, end }, size).map(writeHash) };
}

/** The path of one event. */
export function eventPath(subtrees: Subtrees, position: number, size: number): string[] {
  return pathTo(subtrees, { start: position - 1, end: position }, size).map(writeHash);
}

/** The hashes of a leaves line, one by one. */
export function leavesOf({ hashes }: LeavesLine): Buffer[] {
  const bytes = readHash(hashes);
  return Array.from({ length: Math.floor(bytes.length / 32) }, (_, index) => bytes.subarray(index * 32, index * 32 + 32));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function bodyOf(body: Uint8Array): Pick<EventLine, 'body' | 'base64'> {
  try {
    return { body: decoder.decode(body) };
  } catch {
    return { base64: Buffer.from(body).toString('base64') };
  }
}

/** An event as a line of an export; `erasedDigest` in place of the body of one whose endpoint's data was erased. */
export function eventLine(kind: EventLine['kind'], message: StoredMessage, more: Pick<EventLine, 'path' | 'erasedDigest'>): EventLine {
  const { sequence: position, recordedAt, subject, headers } = message;
  const body = more.erasedDigest === undefined ? bodyOf(message.body) : {};
  return { kind, position, recordedAt: new Date(recordedAt).toISOString(), subject, headers, ...body, ...more };
}
