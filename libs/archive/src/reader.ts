import { statSync } from 'node:fs';
import { relative } from 'node:path';
import type { StoredMessage } from '@kanade/proof';
import { listSegments, partsOf } from './directory.ts';
import type { Continuation } from './directory.ts';
import { ArchiveLacksError } from './errors.ts';
import { findBlocks, readBlock, withFile } from './segment.ts';
import type { SegmentBlocks } from './segment.ts';

/** Positions from `first` to `last`, both included. */
export interface PositionRange {
  readonly first: number;
  readonly last: number;
}

/** A segment that counts, from its first position up to `until` (the next one's, or the end of its history). */
interface Segment {
  readonly file: string;
  readonly first: number;
  readonly until: number;
}

/** As much of a segment's file as has the events up to some position. */
export interface SegmentPart extends PositionRange {
  /** Path of the file below the archive's directory, with `/`. */
  readonly name: string;
  readonly bytes: number;
}

/** Reads an archive: a history, with those it continues. Files are looked at anew with every call, for somebody may be writing. */
export class ArchiveReader {
  private readonly root: string;
  private readonly incarnation: string;
  private readonly continues: Continuation | undefined;
  private readonly known = new Map<string, SegmentBlocks & { readonly size: number; readonly changedAt: number; readonly inode: number }>();

  /** `root` is the archive's directory, whatever is or is not in it yet. `continues` is the history this one goes on from, if any. */
  constructor(root: string, incarnation: string, continues?: Continuation) {
    this.root = root;
    this.incarnation = incarnation;
    this.continues = continues;
  }

  /** What it has, by position; more than one range means that something lies between them that it lacks. */
  ranges(): PositionRange[] {
    const ranges: PositionRange[] = [];
    for (const { file, first, until } of this.segments()) {
      const last = Math.min(until, this.blocksOf(file, first).blocks.at(-1)?.last ?? 0);
      if (last < first) continue;
      const before = ranges.at(-1);
      if (before !== undefined && before.last + 1 === first) ranges[ranges.length - 1] = { first: before.first, last };
      else ranges.push({ first, last });
    }
    return ranges;
  }

  /** The files that have the events up to a position, and how many of their bytes it takes. */
  segmentParts(through = Infinity): SegmentPart[] {
    return this.segments().flatMap(({ file, first, until }) => {
      const counted = this.blocksOf(file, first).blocks.filter((block) => block.first <= Math.min(until, through));
      const newest = counted.at(-1);
      if (newest === undefined) return [];
      const name = relative(this.root, file).replaceAll('\\', '/');
      return [{ name, first, last: Math.min(until, through, newest.last), bytes: newest.offset + newest.frameBytes }];
    });
  }

  /** The last position it has; 0 when it is empty. */
  last(): number {
    const newest = this.segments().findLast(({ file, first }) => this.blocksOf(file, first).blocks.length > 0);
    if (newest === undefined) return 0;
    return Math.min(newest.until, this.blocksOf(newest.file, newest.first).blocks.at(-1)?.last ?? 0);
  }

  /** True when it has every event from `first` to `last`. */
  has({ first, last }: PositionRange): boolean {
    return this.ranges().some((range) => range.first <= first && range.last >= last);
  }

  /** The events from `first` to `last`, a block at a time. Throws ArchiveLacksError at the first it does not have, ArchiveDamagedError at what it cannot vouch for. */
  *read({ first, last }: PositionRange): Generator<StoredMessage[]> {
    let next = first;
    while (next <= last) {
      const segment = this.segments().find((each) => each.first <= next && each.until >= next);
      const before = next;
      if (segment !== undefined) {
        for (const messages of this.readSegment(segment, { first: next, last })) {
          yield messages;
          next = (messages.at(-1)?.sequence ?? next) + 1;
        }
      }
      if (next === before) throw new ArchiveLacksError(next);
    }
  }

  /** Events from a position to the end of the block that holds it; none when it does not have that position. Throws ArchiveDamagedError. */
  readFrom(position: number): StoredMessage[] {
    return this.readIn(this.segments(), position) ?? [];
  }

  /** One event; undefined when it has none at that position. Throws ArchiveDamagedError. */
  get(sequence: number): StoredMessage | undefined {
    return this.readFrom(sequence)[0];
  }

  /** The events at some positions, in ascending order; what it does not have is left out. Throws ArchiveDamagedError. */
  getAll(sequences: readonly number[]): StoredMessage[] {
    const segments = this.segments();
    let read: StoredMessage[] = [];
    return sequences.flatMap((sequence) => {
      if (sequence > (read.at(-1)?.sequence ?? 0)) read = this.readIn(segments, sequence) ?? [];
      return read.find((message) => message.sequence === sequence) ?? [];
    });
  }

  /** Bytes on disk of what counts. */
  bytes(): number {
    return this.segments().reduce((sum, { file }) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  }

  private readIn(segments: readonly Segment[], position: number): StoredMessage[] | undefined {
    const segment = segments.find(({ first, until }) => first <= position && until >= position);
    return segment === undefined ? undefined : this.readFromFile(segment.file, segment.first, position)?.filter(({ sequence }) => sequence <= segment.until);
  }

  private *readSegment({ file, first, until }: Segment, wanted: PositionRange): Generator<StoredMessage[]> {
    const last = Math.min(until, wanted.last);
    for (let next = wanted.first; next <= last; ) {
      // Opened for each: whoever reads may take as long as they like, and the file may be replaced by a denser one meanwhile.
      const messages = this.readFromFile(file, first, next);
      if (messages === undefined) return;
      yield messages.filter(({ sequence }) => sequence <= last);
      next = (messages.at(-1)?.sequence ?? last) + 1;
    }
  }

  /** The events from a position to the end of the block that holds it; undefined when the segment ends before. */
  private readFromFile(file: string, segmentFirst: number, position: number): StoredMessage[] | undefined {
    const block = this.blocksOf(file, segmentFirst).blocks.find(({ first, last }) => first <= position && last >= position);
    if (block === undefined) return undefined;
    return withFile(file, (fd) => readBlock(fd, file, block)).filter(({ sequence }) => sequence >= position);
  }

  private segments(): Segment[] {
    const parts = partsOf(this.root, this.incarnation, this.continues);
    return parts.flatMap(({ directory, through }) => {
      const files = listSegments(directory).filter(({ first }) => first <= through);
      return files.map(({ file, first }, index) => ({ file, first, until: Math.min(through, (files[index + 1]?.first ?? Infinity) - 1) }));
    });
  }

  private blocksOf(file: string, first: number): SegmentBlocks {
    const { size, mtimeMs: changedAt, ino: inode } = statSync(file);
    const known = this.known.get(file);
    if (known?.size === size && known.changedAt === changedAt) return known;
    // One that is being written only grows.
    const before = known?.inode === inode && known.size < size ? known : undefined;
    const found = { ...withFile(file, (fd) => findBlocks(fd, first, before)), size, changedAt, inode };
    this.known.set(file, found);
    return found;
  }
}
