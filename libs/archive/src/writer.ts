import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import type { StoredMessage } from '@kanade/proof';
import { encodeBlock, headBytes } from './block.ts';
import { listSegments, prepareHistory, segmentFile, syncDirectory } from './directory.ts';
import type { Continuation } from './directory.ts';
import { ArchiveTakenError } from './errors.ts';
import { ArchiveReader } from './reader.ts';
import { findBlocks, isBlockWhole, readBlock, withFile } from './segment.ts';
import type { SegmentBlocks } from './segment.ts';

/** Events of a block at most: what a reader takes into memory at once. */
const mostInBlock = 1000;

export interface ArchiveWriterOptions {
  /** The archive's directory. */
  readonly root: string;
  /** 8 hex digits naming the history. */
  readonly incarnation: string;
  /** The history this one goes on from, if any. */
  readonly continues?: Continuation | undefined;
  /** Events after which a segment is complete, and rewritten densely. */
  readonly segmentEvents?: number;
}

/** The segment that is being written. */
interface OpenSegment {
  readonly file: string;
  readonly fd: number;
  readonly first: number;
  bytes: number;
}

/** All blocks of a file whose last one is whole; one that was being written at a power cut is left out. */
function wholeBlocks(fd: number, first: number): SegmentBlocks {
  const { blocks, bytes } = findBlocks(fd, first);
  const newest = blocks.at(-1);
  if (newest === undefined || isBlockWhole(fd, newest)) return { blocks, bytes };
  return { blocks: blocks.slice(0, -1), bytes: newest.offset - headBytes };
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

/** Writes an archive: events in the order of their positions, each on disk when `append` returns. One writer at a time. */
export class ArchiveWriter {
  private readonly directory: string;
  private readonly segmentEvents: number;
  private open: OpenSegment | undefined;
  private newest: number;

  /** Goes on behind what the archive has; what a power cut tore off is written anew. Throws when the directory cannot be used. */
  constructor({ root, incarnation, continues, segmentEvents = 100_000 }: ArchiveWriterOptions) {
    this.directory = prepareHistory(root, incarnation, continues);
    this.segmentEvents = segmentEvents;
    this.reopen();
    this.newest = new ArchiveReader(root, incarnation).last();
  }

  /** The last position it has; 0 when it is empty. */
  get last(): number {
    return this.newest;
  }

  /** Adds events that follow one another. After a gap (what lies before is nowhere any more) a new segment begins. */
  append(messages: readonly StoredMessage[]): void {
    for (let start = 0; start < messages.length; start += mostInBlock) this.appendBlock(messages.slice(start, start + mostInBlock));
  }

  close(): void {
    if (this.open !== undefined) closeSync(this.open.fd);
    this.open = undefined;
  }

  private appendBlock(messages: readonly StoredMessage[]): void {
    const [first, last] = [messages[0]?.sequence ?? 0, messages.at(-1)?.sequence ?? 0];
    if (first <= this.newest || last - first !== messages.length - 1) throw new RangeError(`events ${first} to ${last} do not follow ${this.newest}`);
    if (this.open !== undefined && (first !== this.newest + 1 || first - this.open.first >= this.segmentEvents)) this.complete(this.open);
    const segment = (this.open ??= this.begin(first));
    if (fstatSync(segment.fd).size !== segment.bytes) throw new ArchiveTakenError(segment.file);
    const block = encodeBlock(messages);
    try {
      writeAll(segment.fd, block);
      fsyncSync(segment.fd);
    } catch (error) {
      // A full disk leaves half a block; the next try begins where this one did.
      ftruncateSync(segment.fd, segment.bytes);
      throw error;
    }
    segment.bytes += block.length;
    this.newest = last;
  }

  private begin(first: number): OpenSegment {
    const file = segmentFile(this.directory, first);
    const fd = openSync(file, 'wx+', 0o600);
    syncDirectory(this.directory);
    return { file, fd, first, bytes: 0 };
  }

  private reopen(): void {
    const newest = listSegments(this.directory).at(-1);
    if (newest === undefined) return;
    const fd = openSync(newest.file, 'r+');
    const { blocks, bytes } = wholeBlocks(fd, newest.first);
    if (blocks.length === 0) {
      // Not even its first block was finished.
      closeSync(fd);
      rmSync(newest.file);
      syncDirectory(this.directory);
      return;
    }
    ftruncateSync(fd, bytes);
    fsyncSync(fd);
    closeSync(fd);
    this.open = { ...newest, fd: openSync(newest.file, 'a+'), bytes };
  }

  /** Ends a segment: its many small blocks become few. */
  private complete({ file, fd, first }: OpenSegment): void {
    closeSync(fd);
    this.open = undefined;
    const draft = `${file}.new`;
    const target = openSync(draft, 'w', 0o600);
    try {
      withFile(file, (source) => {
        const waiting: StoredMessage[] = [];
        for (const block of findBlocks(source, first).blocks) {
          waiting.push(...readBlock(source, file, block));
          if (waiting.length >= mostInBlock) writeAll(target, encodeBlock(waiting.splice(0, mostInBlock)));
        }
        if (waiting.length > 0) writeAll(target, encodeBlock(waiting));
      });
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
    if (statSync(draft).size < statSync(file).size) renameSync(draft, file);
    else rmSync(draft);
    syncDirectory(this.directory);
  }
}
