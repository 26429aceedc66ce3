import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { StoredMessage } from '@kanade/proof';
import { encodeBlock, headBytes } from './block.ts';
import { syncDirectory } from './directory.ts';
import { findBlocks, withFile } from './segment.ts';
import type { PlacedBlock } from './segment.ts';

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

function copyBlocks(source: number, target: number, blocks: readonly PlacedBlock[]): void {
  for (const { offset, frameBytes } of blocks) {
    const bytes = Buffer.alloc(headBytes + frameBytes);
    readSync(source, bytes, 0, bytes.length, offset - headBytes);
    writeAll(target, bytes);
  }
}

/**
 * Writes a segment anew, with some of its blocks, or what it lacks at its end, replaced by `messages`, a block each; everything else stays as it
 * is. The old file counts until the new one is on the disk.
 */
export function rewriteSegment(directory: string, { file, first }: { readonly file: string; readonly first: number }, messages: readonly (readonly StoredMessage[])[]): void {
  const [from, to] = [messages[0]?.[0]?.sequence ?? 0, messages.at(-1)?.at(-1)?.sequence ?? 0];
  const draft = `${file}.new`;
  const target = openSync(draft, 'w', 0o600);
  try {
    const given = (): void => {
      for (const block of messages) writeAll(target, encodeBlock(block));
    };
    if (existsSync(file)) {
      withFile(file, (source) => {
        const { blocks } = findBlocks(source, first);
        copyBlocks(source, target, blocks.filter(({ last }) => last < from));
        given();
        copyBlocks(source, target, blocks.filter((block) => block.first > to));
      });
    } else {
      given();
    }
    fsyncSync(target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(target);
  }
  renameSync(draft, file);
  syncDirectory(directory);
}
