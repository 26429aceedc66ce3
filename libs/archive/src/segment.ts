import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { StoredMessage } from '@kanade/proof';
import { blockStart, decodeBlock, headBytes, isWhole, readBlockHead } from './block.ts';
import type { BlockHead } from './block.ts';
import { ArchiveDamagedError } from './errors.ts';

/** A block and where its frame begins in the file. */
export interface PlacedBlock extends BlockHead {
  readonly offset: number;
}

/** What a segment's file has: blocks that follow one another, up to `bytes`; what stands behind is torn off or damaged. */
export interface SegmentBlocks {
  readonly blocks: readonly PlacedBlock[];
  readonly bytes: number;
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
}

/** Does something with an open file. */
export function withFile<Result>(file: string, use: (fd: number) => Result): Result {
  const fd = openSync(file, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Finds the blocks of a segment by their heads; no frame is read. `first` is the position it has to begin with, `known` what was found before in
 * the same file, which has only grown.
 */
export function findBlocks(fd: number, first: number, known: SegmentBlocks = { blocks: [], bytes: 0 }): SegmentBlocks {
  const { size } = fstatSync(fd);
  const blocks = [...known.blocks];
  let [bytes, next] = [known.bytes, (known.blocks.at(-1)?.last ?? first - 1) + 1];
  for (;;) {
    const head = readBlockHead(readAt(fd, bytes, headBytes));
    if (head?.first !== next || bytes + headBytes + head.frameBytes > size) return { blocks, bytes };
    blocks.push({ ...head, offset: bytes + headBytes });
    bytes += headBytes + head.frameBytes;
    next = head.last + 1;
  }
}

/** True when something that looks like a block begins somewhere behind an offset: what stands there cannot be read, and more follows it. */
export function hasBlockBehind(fd: number, offset: number): boolean {
  const rest = readAt(fd, offset, fstatSync(fd).size - offset);
  for (let at = rest.indexOf(blockStart, 1); at !== -1; at = rest.indexOf(blockStart, at + 1)) {
    if (readBlockHead(rest.subarray(at, at + headBytes)) !== undefined) return true;
  }
  return false;
}

/** The events of a block; throws ArchiveDamagedError when they are not those that were written. */
export function readBlock(fd: number, file: string, block: PlacedBlock): StoredMessage[] {
  const frame = readAt(fd, block.offset, block.frameBytes);
  if (!isWhole(block, frame)) throw new ArchiveDamagedError(file, block, 'the checksum does not fit');
  const messages = decodeBlock(block, frame);
  if (messages === undefined) throw new ArchiveDamagedError(file, block, 'it does not hold the events it names');
  return messages;
}

/** True when a block is as it was written. */
export function isBlockWhole(fd: number, block: PlacedBlock): boolean {
  return isWhole(block, readAt(fd, block.offset, block.frameBytes));
}
