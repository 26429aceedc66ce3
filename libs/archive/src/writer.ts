import { closeSync, copyFileSync, fstatSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import type { StoredMessage } from '@kanade/proof';
import { encodeBlock, headBytes } from './block.ts';
import { listSegments, partsOf, prepareHistory, segmentFile, syncDirectory } from './directory.ts';
import type { Continuation } from './directory.ts';
import { ArchiveGoneError, ArchiveTakenError } from './errors.ts';
import { ArchiveReader } from './reader.ts';
import { rewriteSegment } from './repair.ts';
import { sealedThrough } from './seal.ts';
import { findBlocks, hasBlockBehind, isBlockWhole, readBlock, withFile } from './segment.ts';
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
  fd: number;
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

/** The events of a segment in as few blocks as can be; undefined when it is damaged. */
function denseBlocks(file: string, first: number): Buffer | undefined {
  return withFile(file, (source) => {
    const { blocks, bytes } = findBlocks(source, first);
    if (bytes !== fstatSync(source).size || !blocks.every((block) => isBlockWhole(source, block))) return undefined;
    const dense: Buffer[] = [];
    const waiting: StoredMessage[] = [];
    for (const block of blocks) {
      waiting.push(...readBlock(source, file, block));
      if (waiting.length >= mostInBlock) dense.push(encodeBlock(waiting.splice(0, mostInBlock)));
    }
    if (waiting.length > 0) dense.push(encodeBlock(waiting));
    return Buffer.concat(dense);
  });
}

/** Throws when a segment is no more what this writer left: its disk is gone, or somebody else writes to it. */
function checkPlace({ file, fd, bytes }: OpenSegment): void {
  const here = statSync(file, { throwIfNoEntry: false });
  const { ino, size } = fstatSync(fd);
  // What is written to a file without a name is lost.
  if (here?.ino !== ino) throw new ArchiveGoneError(file);
  if (size !== bytes) throw new ArchiveTakenError(file);
}

/** Writes an archive: events in the order of their positions, each on disk when `append` returns. One writer at a time. */
export class ArchiveWriter {
  private readonly root: string;
  private readonly incarnation: string;
  private readonly directory: string;
  private readonly segmentEvents: number;
  private open: OpenSegment | undefined;
  private newest: number;

  /** Goes on behind what the archive has; what a power cut tore off is written anew. Throws when the directory cannot be used. */
  constructor({ root, incarnation, continues, segmentEvents = 100_000 }: ArchiveWriterOptions) {
    this.root = root;
    this.incarnation = incarnation;
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

  /**
   * Puts events back that the archive has damaged, or lacks: whole blocks, as ArchiveDamagedError and `ranges` name them, each of at most 1,000
   * events. The segment they belong to is written anew, beside the damaged one, which counts until then.
   */
  restore(blocks: readonly (readonly StoredMessage[])[]): void {
    const first = blocks[0]?.[0]?.sequence;
    if (first === undefined) return;
    const segments = partsOf(this.root, this.incarnation).flatMap(({ directory, through }) =>
      listSegments(directory).filter((segment) => segment.first <= through).map((segment) => ({ ...segment, directory, through })),
    );
    const segment = segments.findLast((each) => each.first <= first && each.through >= first);
    const place = segment ?? { directory: this.directory, file: segmentFile(this.directory, first), first };
    rewriteSegment(place.directory, place, blocks);
    const { open } = this;
    if (open?.file !== place.file) return;
    closeSync(open.fd);
    open.fd = openSync(open.file, 'a+');
    open.bytes = fstatSync(open.fd).size;
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
    checkPlace(segment);
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
    // Cut off is what was being written; more than that, and it may be all there is of it.
    if (hasBlockBehind(fd, bytes)) copyFileSync(newest.file, `${newest.file}.damaged`);
    ftruncateSync(fd, bytes);
    fsyncSync(fd);
    closeSync(fd);
    this.open = { ...newest, fd: openSync(newest.file, 'a+'), bytes };
  }

  /** Ends a segment: its many small blocks become few. One that is damaged stays as it is until it is mended, and one that a seal speaks of for good. */
  private complete({ file, fd, first }: OpenSegment): void {
    closeSync(fd);
    this.open = undefined;
    if (sealedThrough(this.directory) >= first) return;
    const dense = denseBlocks(file, first);
    if (dense === undefined) return;
    const draft = `${file}.new`;
    writeFileSync(draft, dense, { mode: 0o600, flush: true });
    if (dense.length < statSync(file).size) renameSync(draft, file);
    else rmSync(draft);
    syncDirectory(this.directory);
  }
}
