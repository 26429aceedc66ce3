import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { eventLine, readExportLine } from '@kanade/proof';
import type { StoredMessage } from '@kanade/proof';

/** What stands before a block's frame: which positions it has, and how long the frame is. */
export interface BlockHead {
  readonly first: number;
  readonly last: number;
  /** Bytes of the compressed frame behind the head. */
  readonly frameBytes: number;
  /** SHA-256 over the three above and the frame. */
  readonly digest: Buffer;
}

// A skippable frame of RFC 8878: every zstd passes over it, so that a segment is also what `zstdcat` reads.
const skippableMagic = 0x184d2a50;
const payloadBytes = 8 + 8 + 4 + 32;
/** Length of a block's head, bytes. */
export const headBytes = 8 + payloadBytes;

/** What every head begins with. */
export const blockStart = Buffer.alloc(8);
blockStart.writeUInt32LE(skippableMagic, 0);
blockStart.writeUInt32LE(payloadBytes, 4);

const compression = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

function digestOf(span: Buffer, frame: Uint8Array): Buffer {
  return createHash('sha256').update(span).update(frame).digest();
}

/** A block of an archive: its head, and a zstd frame of NDJSON, an event a line as exports have them. `messages` follow one another. */
export function encodeBlock(messages: readonly StoredMessage[]): Buffer {
  const lines = messages.map((message) => `${JSON.stringify(eventLine('event', message, {}))}\n`).join('');
  const frame = zstdCompressSync(lines, compression);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(skippableMagic, 0);
  head.writeUInt32LE(payloadBytes, 4);
  head.writeBigUInt64LE(BigInt(messages[0]?.sequence ?? 0), 8);
  head.writeBigUInt64LE(BigInt(messages.at(-1)?.sequence ?? 0), 16);
  head.writeUInt32LE(frame.length, 24);
  head.set(digestOf(head.subarray(8, 28), frame), 28);
  return Buffer.concat([head, frame]);
}

/** Reads a block's head; undefined for bytes that are none. */
export function readBlockHead(bytes: Buffer): BlockHead | undefined {
  if (bytes.length < headBytes || bytes.readUInt32LE(0) !== skippableMagic || bytes.readUInt32LE(4) !== payloadBytes) return undefined;
  const first = Number(bytes.readBigUInt64LE(8));
  const last = Number(bytes.readBigUInt64LE(16));
  if (first < 1 || last < first || !Number.isSafeInteger(last)) return undefined;
  return { first, last, frameBytes: bytes.readUInt32LE(24), digest: Buffer.from(bytes.subarray(28, headBytes)) };
}

/** True when head and frame are those that were written. */
export function isWhole(head: BlockHead, frame: Uint8Array): boolean {
  const span = Buffer.alloc(20);
  span.writeBigUInt64LE(BigInt(head.first), 0);
  span.writeBigUInt64LE(BigInt(head.last), 8);
  span.writeUInt32LE(head.frameBytes, 16);
  return frame.length === head.frameBytes && digestOf(span, frame).equals(head.digest);
}

function messageOf(line: string): StoredMessage | undefined {
  const read = readExportLine(line);
  if (read?.kind !== 'event') return undefined;
  const body = read.base64 === undefined ? Buffer.from(read.body ?? '') : Buffer.from(read.base64, 'base64');
  return { sequence: read.position, recordedAt: Date.parse(read.recordedAt), subject: read.subject, headers: read.headers, body };
}

/** The events of a whole block, in order; undefined when they are not those its head names. */
export function decodeBlock(head: BlockHead, frame: Uint8Array): StoredMessage[] | undefined {
  const lines = zstdDecompressSync(frame).toString('utf8').split('\n');
  lines.pop();
  const messages = lines.flatMap((line) => messageOf(line) ?? []);
  const isNamed = messages.length === head.last - head.first + 1 && messages.every(({ sequence }, index) => sequence === head.first + index);
  return isNamed ? messages : undefined;
}
