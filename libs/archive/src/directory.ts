import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A segment by its file, and the position it begins with. */
export interface SegmentFile {
  readonly file: string;
  readonly first: number;
}

/** That a history goes on from another one, whose events up to `through` are also its own. */
export interface Continuation {
  readonly incarnation: string;
  readonly through: number;
}

/** A history and how far it counts. */
export interface Part {
  readonly directory: string;
  readonly incarnation: string;
  readonly through: number;
}

const segmentName = /^events-(\d{12,})\.ndjson\.zst$/;
const incarnationName = /^[0-9a-f]{8}$/;

/** The file of the segment that begins with a position. */
export const segmentFile = (directory: string, first: number): string => join(directory, `events-${String(first).padStart(12, '0')}.ndjson.zst`);

/** The segments in a directory, by position; none where it does not exist. */
export function listSegments(directory: string): SegmentFile[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .flatMap((name) => {
      const first = Number(segmentName.exec(name)?.[1] ?? Number.NaN);
      return Number.isSafeInteger(first) ? [{ file: join(directory, name), first }] : [];
    })
    .sort((one, other) => one.first - other.first);
}

/** Makes what was done to the names of a directory last through a power cut. */
export function syncDirectory(directory: string): void {
  // Windows opens no directories; its file system keeps names in its own journal.
  if (process.platform === 'win32') return;
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where the segments of one history are, below an archive's root. */
export const historyDirectory = (root: string, incarnation: string): string => join(root, incarnation);

const continuationFile = (root: string, incarnation: string): string => join(historyDirectory(root, incarnation), 'continues.json');

function readContinuation(root: string, incarnation: string): Continuation | undefined {
  const file = continuationFile(root, incarnation);
  if (!existsSync(file)) return undefined;
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const isRecord = typeof value === 'object' && value !== null && 'incarnation' in value && 'through' in value;
  if (!isRecord || typeof value.incarnation !== 'string' || !incarnationName.test(value.incarnation) || typeof value.through !== 'number') {
    throw new Error(`${file} does not say which history this one continues: it must hold {"incarnation": 8 hex digits, "through": position}`);
  }
  return { incarnation: value.incarnation, through: value.through };
}

/** Makes the directory of a history (mode 0700) below a root that is there, and notes whose events it has as its own; a note that is there already stays. */
export function prepareHistory(root: string, incarnation: string, continues: Continuation | undefined): string {
  const directory = historyDirectory(root, incarnation);
  // Not the root: where that is missing, a disk is, and what is written in its place would be missing later.
  if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
  const file = continuationFile(root, incarnation);
  if (continues === undefined || existsSync(file)) return directory;
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(continues)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, file);
  syncDirectory(directory);
  return directory;
}

/** The histories that make up one, oldest first; the last is the one asked for. `continues` is what it goes on from while that is not noted yet. */
export function partsOf(root: string, incarnation: string, continues?: Continuation): Part[] {
  const parts: Part[] = [];
  let through = Infinity;
  for (let name: string | undefined = incarnation; name !== undefined && !parts.some((part) => part.incarnation === name); ) {
    parts.unshift({ directory: historyDirectory(root, name), incarnation: name, through });
    const before: Continuation | undefined = readContinuation(root, name) ?? (name === incarnation ? continues : undefined);
    through = Math.min(through, before?.through ?? through);
    name = before?.incarnation;
  }
  return parts;
}
